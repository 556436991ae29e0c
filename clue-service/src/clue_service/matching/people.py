"""People named in running text, found by surname and by what stands around a name. Heuristic: some are missed."""

import re
from dataclasses import dataclass
from functools import cache

from clue_service.matching.lexicon import not_names, role_words, surnames, titles
from clue_service.matching.names import Name, NameClass, parse_name, split_surname
from clue_service.matching.text import HAN, is_han

# What may stand before a name and after it. Function words; words of posts and kinship come from the lists.
_LEFT = frozenset("与和向给为由被让系送是叫跟及同将把对经即找请帮替因使令从含局院村镇乡府司校站")
_LEFT_WORDS = (
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
)
_RIGHT = frozenset(
    "之的等家作因送承收在于为将把与和利违非长明擅截套虚强系向任贿不可知住从发办占以让存充挪领就已也还曾多每经对被给拿借购指要通采取没用带到公任有是及伙同当身据擅私滥拖勾打辱骂殴包养安提拔克扣吃喝报销酒驾请索敛拒担主分曾时自本却又并后前开名参找带挂建盖现亲"
)
# Characters that follow a name and also end many given names: after one of them a name may go on.
_SURE_RIGHT = _RIGHT - frozenset("长明强安建方承利平信家和龙与可知同公有本主")
_MASKED = re.compile(rf"(?P<surname>[{HAN}])(?:某某?[{HAN}]?|[x*?＊]{{1,2}}[{HAN}]?)")
_NICK = re.compile(rf"[老小](?P<surname>[{HAN}])(?![{HAN}]?(?:区|旧|板|师|人|家|年|百|孩|组|学|时|车|轿|额|型|队))")
_DOTTED = re.compile(rf"[{HAN}]{{2,6}}(?:·(?:(?![的是在与和向给为由被把将从等收送]|利用|违规|担任)[{HAN}]){{1,6}})+")
_NOT_GIVEN = frozenset(
    "的了是在不有无并与和及或对向于为被把将由从以其该此这那哪个些时年月日元万亿收送给，。、；：们等某村镇县市区局委长系让同要任违"
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
    while place < len(text) and len(found) < _MOST:
        mention = _mention_at(text, place) if is_han(text[place]) else None
        if mention is None:
            place += 1
        else:
            found.append(mention)
            place = mention.end
    return found


def _mention_at(text: str, place: int) -> Mention | None:
    dotted = _DOTTED.match(text, place)
    if dotted is not None and (place == 0 or not is_han(text[place - 1])):
        return _mention(dotted.group(), place)
    character = text[place]
    if character in "老小" and (nick := _NICK.match(text, place)) and nick["surname"] in surnames():
        return _mention(nick.group(), place)
    if character not in surnames() and text[place : place + 2] not in surnames():
        return None
    if (masked := _MASKED.match(text, place)) is not None:
        return _masked(text, masked)
    return _full_or_titled(text, place)


def _mention(written: str, place: int) -> Mention | None:
    name = parse_name(written)
    return Mention(name, place, place + len(written)) if name else None


def _masked(text: str, match: re.Match[str]) -> Mention | None:
    written = match.group()
    tail = written[-1]
    if (
        is_han(tail)
        and tail != "某"
        and (tail in _RIGHT or tail in _NOT_GIVEN or _title_pattern().match(text, match.end() - 1))
    ):
        written = written[:-1]
    return _mention(written, match.start())


def _full_or_titled(text: str, place: int) -> Mention | None:
    if text[place : place + 2] in not_names() or not _left_pattern().search(text[max(0, place - 6) : place]):
        return None
    surname, _ = split_surname(text[place : place + 4])
    after = place + len(surname)
    title = _title_pattern().match(text, after)
    if title is not None and len(title.group()) > 1:
        return Mention(Name(NameClass.SURNAME, surname, ""), place, after)
    return _full(text, place, surname, after)


def _full(text: str, place: int, surname: str, after: int) -> Mention | None:
    long, short = text[after : after + 2], text[after : after + 1]
    if len(long) == 2 and _can_be_given(long):
        end = after + 2
        if _ends_a_name(text, end, _RIGHT) or (
            _after_a_role(text, place) and not _ends_a_name(text, end - 1, _SURE_RIGHT)
        ):
            return Mention(Name(NameClass.FULL, surname, long), place, end)
    if short and _can_be_given(short) and _ends_a_name(text, after + 1, _SURE_RIGHT):
        return Mention(Name(NameClass.FULL, surname, short), place, after + 1)
    return None


def _can_be_given(word: str) -> bool:
    return all(is_han(one) and one not in _NOT_GIVEN for one in word)


def _ends_a_name(text: str, end: int, right: frozenset[str]) -> bool:
    follows = text[end : end + 1]
    return not follows or not is_han(follows) or follows in right or _title_pattern().match(text, end) is not None


def _after_a_role(text: str, place: int) -> bool:
    before = text[max(0, place - 6) : place]
    return any(before.endswith(word) for word in role_words() if word[-1] == before[-1:])
