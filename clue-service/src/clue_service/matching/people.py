"""People named in running text, found by surname and by what stands around a name. Heuristic: some are missed."""

import re
from dataclasses import dataclass
from functools import cache

from clue_service.matching.lexicon import after_names_pattern, given_characters, not_names, role_words, surnames, titles
from clue_service.matching.names import Name, NameClass, parse_name, split_surname
from clue_service.matching.text import HAN, is_han

# What may stand before a name. Function words; words of posts and kinship come from the lists.
_LEFT = frozenset("与和向给为由被让系送是叫跟及同将把对经即找请帮替因使令从含局院村镇乡府司校站厂收拿靠了着过逼骂")
_LEFT_WORDS = (
    "成了",
    "节假日",
    "收受",
    "殴打",
    "打伤",
    "包养",
    "伙同",
    "勾结",
    "提拔",
    "安排",
    "审批",
    "辱骂",
    "任命",
    "收取",
    "要求",
    "指使",
    "授意",
    "通过",
    "强占",
    "反映",
    "举报",
    "涉及",
    "包括",
    "作为",
    "其中",
    "截留",
    "帮助",
    "带领",
    "扣下",
    "扣留",
    "默许",
    "纵容",
    "收下",
    "扶持",
    "推倒",
    "拆掉",
    "借给",
    "属于",
    "归于",
    "许诺",
    "所有",
    "欺负",
    "为难",
    "刁难",
    "雇用",
    "勒令",
    "接受",
    "委托",
)
# Surnames that are far more often ordinary words: a name only where it plainly goes on.
_FUNCTION_WORDS = frozenset(
    "时于和都从向来全何任车房保管官商原常路易高路段应方成经明文程通水左花包单项计钱党安万元石金公支关解年能国"
)
_ENDS_A_POST = re.compile("[局镇村县市区院校处科股队组社厂站会部行所乡园台]长")  # 长孙 is a surname, 局长孙 is none
_AFTER_DATE = re.compile(
    r"(?:[0-9零〇一二三四五六七八九十](?:年度?|月份?|[日号])|[今去前当本]年|[本上](?:个)?月|年[初底末]|期间|以来|时候|[上下]午|当天|当[日晚])$"
)
_HIDDEN = re.compile(rf"(?:某(?![村镇乡县市局])某{{0,2}}|[x*?＊]{{1,3}})[{HAN}]?")
# 余秀某 hides the end; 王庄某村 is no name.
_HIDDEN_END = re.compile(
    rf"(?P<given>[{HAN}])(?:某(?!某|[村人镇乡县市局厅处科部所院校公单企项地工领干日天月年些个])|[x*＊](?![a-z0-9]))"
)
_NICK = re.compile(
    rf"[老小](?P<surname>[{HAN}])(?!区|旧|板|师|人|家|年|百|孩|组|学|时|车|轿|额|型|队|[{HAN}](?:区|车|型|队|组|学))"
)
# What 昌岭市, 武川村 and 盛成建筑公司 go on with: their beginnings are no people.
_OF_A_PLACE = re.compile("[市县区镇乡村屯庄旗](?!里|民|长)")
_OF_A_WORK = re.compile(
    rf"(?:(?![在给向与和同从的把被对让帮为由将替找等])[{HAN}]){{0,3}}"
    r"(?:大桥|管网|广场|光伏|电站|公路|教学楼|老街|河堤|产业园|停车场|小区|花园|新城|嘉园|家园|路口|医院|学校|"
    r"饭店|酒店|山庄|茶楼|农家乐|会所|宾馆|公司|集团|合作社|砂石|石料|煤矿|超市|水库|大厦)"
)
_DOTTED = re.compile(rf"[{HAN}]{{2,6}}(?:·(?:(?![的是在与和向给为由被把将从等收送]|利用|违规|担任)[{HAN}]){{1,6}})+")
_NOT_GIVEN = frozenset(
    "的了是在不有无并与和及或对向于为被把将由从以其该此这那哪个些时年月日万亿收送给，。、；：们等某村镇县市区局委长系让同要任违"
    "拿塞盖挂租砸打骂推拆扣借骗抢偷赌嫖喝吃买卖付找逼踢扇砍挖占没拒搬跑站说讲问答看听做办签批查抓拖欠还退赔缴交领报投诉"
    "请求就才都却又再曾到去来她他它后里内款账元块手已经也叫替帮找许派调升贱租卡跟压贪污霸嫌逃闹催垫"
)
_MOST = 24


@dataclass(frozen=True)
class Mention:
    """A person named in a text, with the place of the name."""

    name: Name
    start: int
    end: int


@cache
def _left_pattern() -> re.Pattern[str]:
    words = sorted(
        {*role_words(), *_LEFT_WORDS, *(title for title in titles() if len(title) > 1)}, key=len, reverse=True
    )
    return re.compile(rf"(?:{'|'.join(map(re.escape, words))}|[{''.join(_LEFT)}]|^|[^{HAN}a-z0-9])$")


@cache
def _title_pattern() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, titles())))


def people_in_text(text: str) -> list[Mention]:
    """People the text names, in order, at most twenty-four."""
    found: list[Mention] = []
    place = 0
    while len(found) < _MOST and (start := _start_pattern().search(text, place)) is not None:
        mention = _mention_at(text, start.start())
        if mention is None:
            place = start.start() + 1
        else:
            found.append(mention)
            place = mention.end
    return found


@cache
def _start_pattern() -> re.Pattern[str]:
    firsts = "".join(sorted({surname[0] for surname in surnames()}))
    return re.compile(rf"[{firsts}老小]|(?<![{HAN}])[{HAN}](?=[{HAN}]{{1,5}}·)")


def _mention_at(text: str, place: int) -> Mention | None:
    dotted = _DOTTED.match(text, place)
    if dotted is not None and (place == 0 or not is_han(text[place - 1])):
        return _mention(dotted.group(), place)
    character = text[place]
    if character in "老小" and (nick := _NICK.match(text, place)) and nick["surname"] in surnames() - _FUNCTION_WORDS:
        return _mention(nick.group(), place)
    if character not in surnames() and text[place : place + 2] not in surnames():
        return None
    if (hidden := _hidden(text, place)) is not None:
        return _mention(hidden, place)
    found = _full_or_titled(text, place)
    return None if found is None or _is_of_a_place(text, found) else found


def _is_of_a_place(text: str, found: Mention) -> bool:
    """Whether a place or a firm begins like this: 武川村, 盛成建筑公司, 云泉大桥."""
    if _OF_A_PLACE.match(text, found.end):
        return True
    if after_names_pattern().match(text, found.end):
        return False
    return _OF_A_WORK.match(text, found.end) is not None or _ends_in_a_work(text, found)


def _ends_in_a_work(text: str, found: Mention) -> bool:
    return len(found.name.given) == 2 and _OF_A_WORK.match(text, found.end - 1) is not None


def _mention(written: str, place: int) -> Mention | None:
    name = parse_name(written)
    return Mention(name, place, place + len(written)) if name else None


def _hidden(text: str, place: int) -> str | None:
    """A name that is hidden in part, as it stands there: 张某国, 张*, 诸葛某, 余秀某."""
    for length in (2, 1):
        after = place + length
        if text[place:after] not in surnames():
            continue
        if (hidden := _HIDDEN.match(text, after)) is not None:
            tail = hidden.group()[-1]
            is_name = not is_han(tail) or tail == "某" or (tail in given_characters() and _goes_on(text, hidden.end()))
            return text[place : hidden.end() if is_name else hidden.end() - 1]
        if (end := _HIDDEN_END.match(text, after)) is not None and end["given"] in given_characters():
            return text[place : end.end()]
    return None


def _full_or_titled(text: str, place: int) -> Mention | None:
    if text[place : place + 2] in not_names() or _ENDS_A_POST.search(text, max(0, place - 1), place + 1):
        return None
    before = text[max(0, place - 10) : place]
    if not (_left_pattern().search(before) or _AFTER_DATE.search(before)):
        return None
    surname, _ = split_surname(text[place : place + 4])
    after = place + len(surname)
    title = _title_pattern().match(text, after)
    if title is not None and len(title.group()) > 1 and surname not in _FUNCTION_WORDS:
        return Mention(Name(NameClass.SURNAME, surname, ""), place, after)
    return _full(text, place, surname, after)


def _full(text: str, place: int, surname: str, after: int) -> Mention | None:
    """Two characters of a given name before one: by what follows, by what names are made of, by what stands before."""
    for end in (after + 2, after + 1):
        if _is_given(text[after:end], end - after) and _goes_on(text, end) and not _is_cut(text, after, end):
            return Mention(Name(NameClass.FULL, surname, text[after:end]), place, end)
    long, short = text[after : after + 2], text[after : after + 1]
    if surname in _FUNCTION_WORDS:
        return None
    may_be = len(long) == 2 and _can_be_given(long) and not _is_cut(text, after, after + 2)
    if may_be and (_is_usual(long) or _after_a_role(text, place)):
        return Mention(Name(NameClass.FULL, surname, long), place, after + 2)
    if short and _is_usual(short) and not _can_be_given(text[after + 1 : after + 2]):
        return Mention(Name(NameClass.FULL, surname, short), place, after + 1)
    return None


def _is_given(word: str, length: int) -> bool:
    return len(word) == length and _can_be_given(word) and any(one in given_characters() for one in word)


def _is_usual(word: str) -> bool:
    return bool(word) and all(one in given_characters() for one in word)


def _goes_on(text: str, end: int) -> bool:
    """Whether what follows is no part of a name."""
    follows = text[end : end + 1]
    return (
        not follows
        or not is_han(follows)
        or after_names_pattern().match(text, end) is not None
        or _title_pattern().match(text, end) is not None
    )


def _is_cut(text: str, after: int, end: int) -> bool:
    """Whether a word that follows names began one character before: 郑华|明知, not 郑华明|知."""
    if end - after < 2 or not is_han(text[end : end + 1]):
        return False
    word, next_word = after_names_pattern().match(text, end - 1), after_names_pattern().match(text, end)
    return word is not None and len(word.group()) > (len(next_word.group()) if next_word else 1)


def _can_be_given(word: str) -> bool:
    return all(is_han(one) and one not in _NOT_GIVEN for one in word)


def _after_a_role(text: str, place: int) -> bool:
    before = text[max(0, place - 6) : place]
    return any(before.endswith(word) for word in role_words() if word[-1] == before[-1:])
