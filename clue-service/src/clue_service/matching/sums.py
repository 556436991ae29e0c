"""Sums of money in letters, in yuan: rounded, hidden and from–to ones as ranges; no other money, no other quantity."""

import re
from functools import cache
from typing import NamedTuple

from clue_service.matching.lexicon import alternation, quantity_words
from clue_service.matching.numerals import NUMERAL, Amount, parse_number

_MOST = 16
_SCALES = {
    "十": 10.0, "百": 1e2, "佰": 1e2, "千": 1e3, "仟": 1e3, "k": 1e3, "万": 1e4, "w": 1e4, "十万": 1e5, "百万": 1e6,
    "千万": 1e7, "亿": 1e8, "": 1.0,
}  # fmt: skip
_SCALE = r"千万|百万|十万|万|亿|千|仟|百|佰|十|[wk](?![a-z0-9])"
_LARGE = frozenset({"万", "w", "亿", "十万", "百万", "千万"})  # a sum of so much is money also without 元
_TAIL = "零〇一二两三四五六七八九壹贰叁肆伍陆柒捌玖"
_OWN_MONEY = frozenset({"¥", "rmb", "人民币"})
# 三四十, 十七八, 三五: one of two digits, in tens, hundreds or thousands.
_EITHER = re.compile(
    r"(?P<hundreds>[一二两三四五六七八九]百)?(?P<tens>[二三四五六七八九]?十)?(?P<low>[一二两三四五六七八])(?P<high>[二两三四五六七八九])(?P<of>[十百千]?)"
)
_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"两": 2}
_WIDEST = 20  # a range wider than this is none: 2021-5万元 is a year and a sum
_BELOW = frozenset({"近", "将近", "接近", "约", "大约", "不足", "不到"})


class Sums(NamedTuple):
    """What a text tells of money: yuan with their places, and other money as value and currency ("50000美元")."""

    yuan: list[tuple[Amount, int]]
    foreign: frozenset[str]


@cache
def _money() -> re.Pattern[str]:
    foreign = alternation(quantity_words("foreign"))
    # 张三到5万元 tells no range: before 到 a numeral is in digits, has a scale or follows no name.
    to = r"(?:至|~|—|–|-|(?:(?<=[\d.万亿千百十元块])|(?<=[,。;的约给了收送款拿计人起在达币从].))到)"
    return re.compile(
        rf"(?:(?P<currency>¥|rmb|人民币|{foreign})[:为计约共]?\s?)?"
        r"(?P<before>不足|不到|将近|接近|近|大约|约|至少|不低于|超过|共计?|上|逾|超)?"
        rf"(?:(?P<from>{NUMERAL})(?P<from_scale>千万|百万|十万|万|亿|千|仟|百)?(?:元|块)?\s?{to}\s?)?"
        rf"(?:(?P<great>{NUMERAL})亿零?(?=[\d{_TAIL}]))?"
        rf"(?<!第)(?P<number>{NUMERAL}|[几数某x]+|(?<=[近上约逾超])(?=万|亿)|(?=万[余多]))"
        rf"\s?(?P<over>余|多|来|几)?\s?(?P<scale>{_SCALE})?"
        rf"(?P<tail>(?<=[万亿千百])(?:\d{{2,4}}(?=\s?[元块])"
        rf"|[零〇]?[{_TAIL}\d](?:[千百十仟佰拾][{_TAIL}\d千百十仟佰拾]{{0,5}})?(?![{_TAIL}千百十仟佰拾万\d.])))?"
        r"(?P<over_scale>余|多|来)?\s?"
        rf"(?P<unit>元(?![月旦宵素])|块钱|块(?!{alternation(quantity_words('pieces_of'))})|圆(?![桌满形通润])|人民币|rmb)?"
        rf"(?P<over_unit>余|多|左右|上下)?(?:\(?(?P<other>{foreign}))?"
    )


@cache
def _counted() -> re.Pattern[str]:
    return re.compile(rf"[余多]?(?:{alternation(quantity_words('measures'))})")


def read_sums(text: str) -> Sums:
    """Sums of money in the text, at most sixteen of either kind."""
    yuan: list[tuple[Amount, int]] = []
    foreign: set[str] = set()
    for match in _money().finditer(text):
        amount = _amount(match, text)
        if amount is None:
            continue
        currency = match["other"] or (match["currency"] if match["currency"] not in _OWN_MONEY else None)
        if currency is None and len(yuan) < _MOST:
            yuan.append((amount, match.start()))
        elif currency is not None and len(foreign) < _MOST:
            foreign.add(f"{amount.low:g}{quantity_words('foreign')[currency]}")
    return Sums(yuan, frozenset(foreign))


def amounts(text: str) -> list[tuple[Amount, int]]:
    """Sums in yuan with their places."""
    return read_sums(text).yuan


def _amount(match: re.Match[str], text: str) -> Amount | None:
    scale = match["scale"] or ""
    if not (match["unit"] or match["other"]) and (
        not (scale in _LARGE or match["great"] or match["currency"]) or _counted().match(text, match.end())
    ):
        return None
    factor = _SCALES[scale]
    word = match["number"]
    if word and word[0] in "几数某x":
        return Amount(2 * factor, 9.999 * factor) if factor > 1 else None
    either = _EITHER.fullmatch(word)
    if either is not None:
        return _one_of_two(either, factor)
    number = parse_number(word) if word else 1.0
    value = None if number is None else _value(match, number, factor, text)
    return None if value is None else _as_told(match, value)


def _value(match: re.Match[str], number: float, factor: float, text: str) -> float | None:
    """The number with its scale, with what comes before it in 亿 and after it without a scale."""
    great = (parse_number(match["great"]) or 0.0) * 1e8 if match["great"] else 0.0
    tail = match["tail"]
    counts_things = match["unit"] is None and _counted().match(text, match.end())
    if tail is None or match["over"] or counts_things:
        return great + number * factor
    if len(tail) > 1 and tail.isdigit():  # 3万5000元
        return great + number * factor + float(tail)
    # A last digit without a scale counts in tenths: 一万八, 8万6千5.
    if len(tail) == 1:
        return great + number * factor + _digit(tail) * factor / 10
    last = _SCALES.get(tail[-2], 0) * _digit(tail[-1]) / 10 if tail[-1] not in _SCALES else 0.0
    rest = parse_number(tail[:-1] if last else tail) or 0.0
    return great + number * factor + rest + last


def _digit(character: str) -> float:
    return parse_number(character) or 0.0


def _one_of_two(either: re.Match[str], factor: float) -> Amount | None:
    low, high = _DIGITS[either["low"]], _DIGITS[either["high"]]
    if high - low != 1 and (low, high) != (3, 5):
        return None
    hundreds, tens = either["hundreds"] or "", either["tens"] or ""
    base = 10 * _DIGITS[tens[0]] if len(tens) > 1 else 10 * len(tens)
    base += 100 * _DIGITS[hundreds[0]] if hundreds else 0
    step = _SCALES[either["of"]] * factor
    return Amount(base * factor + low * step, base * factor + (high + 0.999) * step)


def _as_told(match: re.Match[str], value: float) -> Amount:
    """A sum as exact as it is told."""
    lowest = _from(match, value)
    if lowest is not None:
        return Amount(lowest, value)
    if match["over_unit"] in {"左右", "上下"}:
        return Amount(value * 0.9, value * 1.1)
    if match["over"] or match["over_scale"] or match["over_unit"] or not match["number"] or match["before"] == "上":
        return Amount(value * 0.999, _top(value))
    if match["before"] in _BELOW:
        return Amount(value * 0.9, value * 1.001)
    return Amount(value, value)


def _from(match: re.Match[str], value: float) -> float | None:
    """The lower end of a range: 3万至5万元, 3-5万元."""
    number = parse_number(match["from"]) if match["from"] else None
    if number is None:
        return None
    own, scale = match["from_scale"], match["scale"] or ""
    lowest = number * _SCALES[own] if own else number * _SCALES[scale]
    if lowest >= value:
        lowest = number
    return lowest if lowest < value <= _WIDEST * lowest else None


def _top(value: float) -> float:
    # "16万余" stays below 17万, "30万余" below 40万, "3.5万余" below 3.6万: the last written digit was rounded.
    whole, step = round(value), 1
    while whole and whole % (10 * step) == 0:
        step *= 10
    return float(whole + step)
