"""How one fact is written: names hidden or misspelt, sums and dates in many forms, scanning errors."""

from datetime import date, timedelta
from functools import cache
from random import Random
from typing import TYPE_CHECKING

from clue_service.corpus.world import Official
from clue_service.matching.lexicon import read_data
from clue_service.matching.pinyin import reading

if TYPE_CHECKING:
    from opencc import OpenCC

_HAN_DIGITS = "零一二三四五六七八九"
_FORMAL = str.maketrans("一二三四五六七八九十", "壹贰叁肆伍陆柒捌玖拾")
_WIDE = str.maketrans("0123456789.", "０１２３４５６７８９．")
_COMMON = "国建文志海玉春红丽芳敏静霞秀英明华强军勇杰涛超刚平辉鹏飞波斌宇浩健俊宁龙林阳"


def look_alikes() -> dict[str, str]:
    """Character → characters that scanners take for it."""
    found: dict[str, str] = {}
    for line in read_data("confusions.txt").split():
        for character in line:
            found.setdefault(character, line.replace(character, ""))
    return found


def misspell(random: Random, name: str) -> str:
    """One character replaced: by one of the same sound, a look-alike, or any."""
    place = random.randrange(len(name))
    character = name[place]
    same_sound = [
        one
        for one in _COMMON + "维玮晨桦亮娜珊睿瑶启奇琪旗祺棋雯闻颖盈莹"
        if one != character and reading(one) == reading(character)
    ]
    alike = look_alikes().get(character, "")
    draw = random.random()
    if draw < 0.5 and same_sound:
        other = random.choice(same_sound)
    elif draw < 0.8 and alike:
        other = random.choice(alike)
    else:
        other = random.choice(_COMMON)
    return name[:place] + other + name[place + 1 :]


def hide(random: Random, name: str) -> str:
    """A name with parts hidden."""
    if "·" in name:
        return name.split("·", maxsplit=1)[0]
    surname, given = (
        (name[:2], name[2:]) if name[:2] in {"欧阳", "司马", "上官", "诸葛", "令狐"} else (name[:1], name[1:])
    )
    forms = [f"{surname}某", f"{surname}某某", f"老{surname}" if len(surname) == 1 else f"{surname}某"]
    if len(given) == 2:
        forms += [f"{surname}某{given[1]}", f"{surname}X{given[1]}", f"{surname}{given[0]}某", f"{surname}*{given[1]}"]
    forms.append(surname + random.choice(("XX", "××", "**", "某某某", "□□")))
    return random.choice(forms)


def subject_name(random: Random, official: Official) -> str | None:
    """How a letter names the accused; None when it leaves the name out of the form."""
    draw = random.random()
    name = official.name
    if draw < 0.66 or ("·" in name and draw >= 0.76):
        return name
    if draw < 0.76:
        return None
    if draw < 0.86:
        return hide(random, name)
    if draw < 0.90:
        return name[:1] + random.choice([post for post in official.posts if len(post) <= 4] or ["主任"])
    if draw < 0.95:
        return misspell(random, name)
    return name[1:] if len(name) > 2 else misspell(random, name)


def money(random: Random, yuan: int) -> str:
    """A sum as people write it: exact, rounded, in numerals, now and then wrong."""
    if random.random() < 0.05:
        yuan = max(1000, int(yuan * random.choice((0.5, 0.8, 1.1, 1.3, 2, 10))))
    if yuan >= 10_000 and random.random() < 0.75:
        return _in_ten_thousands(random, yuan)
    if yuan >= 1000 and random.random() < 0.12:
        return random.choice((f"{yuan:,}元", f"￥{yuan:,}", f"人民币{yuan}元整", f"{yuan}.00元"))
    if yuan % 1000 == 0 and yuan < 10_000 and random.random() < 0.3:
        return _HAN_DIGITS[yuan // 1000] + random.choice(("千元", "千块", "千块钱"))
    unit = random.choice(("元", "元", "块钱", "块"))
    if random.random() < 0.15 and yuan > 2000:
        rounded = yuan // 1000 * 1000
        return f"{rounded}余元" if rounded < yuan else f"{rounded}元"
    return f"{yuan}{unit}"


def _in_ten_thousands(random: Random, yuan: int) -> str:
    ten_thousands = yuan / 10_000
    whole = int(ten_thousands)
    tail = random.choice(("万元", "万元", "万", "万块"))
    draw = random.random()
    if draw < 0.3 and whole >= 1 and whole != ten_thousands:
        return f"{whole}万{random.choice('余多')}元"
    if draw < 0.4:
        return f"近{whole + 1 if whole != ten_thousands else whole}{tail}"
    if draw < 0.6 and whole == ten_thousands and whole < 100:
        numeral = han_number(whole)
        return (numeral.translate(_FORMAL) if random.random() < 0.15 else numeral) + tail
    return f"{ten_thousands:g}{tail}"


def han_number(value: int) -> str:
    """A number from 1 to 99 in Chinese numerals."""
    tens, ones = divmod(value, 10)
    return (("" if tens == 1 else _HAN_DIGITS[tens]) + "十" if tens else "") + (
        _HAN_DIGITS[ones] if ones or not tens else ""
    )


def moment(random: Random, day: date, received_on: date) -> str:
    """When it happened, as a letter says it; empty when it does not."""
    if random.random() < 0.04:
        day = day + timedelta(days=random.choice((-40, -31, 31, 45)))
    draw = random.random()
    if draw < 0.22:
        return ""
    if draw < 0.44:
        return f"{day.year}年{day.month}月，"
    if draw < 0.58:
        return f"{day.year}年{day.month}月{day.day}日，"
    if draw < 0.68:
        return f"{day.year}年，"
    if draw < 0.76:
        return f"{day.year % 100:02d}年{day.month}月，"
    if draw < 0.82:
        digits = "".join("〇一二三四五六七八九"[int(digit)] for digit in str(day.year))
        return random.choice(
            (
                f"{day.year}.{day.month}，",
                f"{day.year}/{day.month}/{day.day}，",
                f"{digits}年{han_number(day.month)}月，",
            )
        )
    months = (received_on.year - day.year) * 12 + received_on.month - day.month
    if months <= 1 and draw < 0.9:
        return random.choice(("本月", "这个月")) if months == 0 else random.choice(("上个月", "上月"))
    back = received_on.year - day.year
    word = {0: "今年", 1: "去年", 2: "前年"}.get(back)
    return f"{word}{day.month}月份" if word else f"{day.year}年{han_number(day.month)}月，"


def scan(random: Random, text: str, rate: float) -> str:
    """The text as a bad scan reads it: characters lost or mistaken."""
    alike = look_alikes()
    read: list[str] = []
    for character in text:
        if random.random() >= rate:
            read.append(character)
        elif random.random() < 0.5:
            read.append(random.choice(alike.get(character) or _COMMON))
    return "".join(read)


def other_script(random: Random, text: str) -> str:
    """The text as another keyboard gives it: traditional characters, or full-width digits."""
    if random.random() < 0.5:
        return text.translate(_WIDE)
    return str(_to_traditional().convert(text))


@cache
def _to_traditional() -> "OpenCC":
    from opencc import OpenCC

    return OpenCC("s2t")
