"""Numbers in letters: amounts of money in yuan and other quantities, written in digits or in Chinese numerals."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

# Bounded and possessive: a page of digits is read in pieces, in linear time.
_HAN_NUMERAL = "零〇一二两三四五六七八九十百千壹贰叁肆伍陆柒捌玖拾佰仟"
# Bounded and never begun inside a number: a page of digits must not be tried from every place.
NUMERAL = (
    rf"(?:(?<![\d.])\d{{1,15}}(?:[,，]\d{{3}}){{0,4}}(?:\.\d{{1,6}})?"
    rf"|(?<![{_HAN_NUMERAL}])[{_HAN_NUMERAL}]{{1,12}}(?:点[零一二三四五六七八九]{{1,6}})?)"
)
_TAIL = "零〇一二两三四五六七八九"
_EITHER = {"一两": (1, 2), "两三": (2, 3), "三四": (3, 4), "四五": (4, 5), "五六": (5, 6), "七八": (7, 8)}
_SCALES = {
    "十": 10.0,
    "百": 1e2,
    "千": 1e3,
    "仟": 1e3,
    "万": 1e4,
    "十万": 1e5,
    "百万": 1e6,
    "千万": 1e7,
    "亿": 1e8,
    "": 1.0,
}
_MONEY = re.compile(
    rf"(?P<before>近|约|大约|将近|至少|不低于|超过|共计?)?(?P<number>{NUMERAL}|[几数某x]+)"
    r"(?P<over1>余|多|来|几)?(?P<scale>千万|百万|十万|万|亿|千|仟|百)?"
    rf"(?P<tail>(?<=[万亿千百])[{_TAIL}\d][{_TAIL}千百十]{{0,6}}(?![{_TAIL}千百十万\d.]))?(?P<over2>余|多|来)?(?P<unit>元|块钱?|圆|人民币)?"
    r"(?P<over3>余|多|左右|上下)?"
)
_QUANTITY = re.compile(
    rf"(?P<number>{NUMERAL})(?:余|多)?(?P<unit>平方米|平米|公里|公分|厘米|立方|个月|亩|次|人|户|天|日|棵|株|吨|斤|套|间|辆|台|桌|瓶|条|倍|名|年|层|栋|期|份|处|米|号|m2)"
)
_NOT_MONEY_AFTER = re.compile(
    r"^(?:多|余)?(?:亩|平|人|户|吨|斤|棵|株|字|米|立|次|公|名|群|里|个|头|只|份|册|套|台|辆|年|月|日|号|村|分之)"
)
_CHINESE = re.compile(f"[{_HAN_NUMERAL}万亿]")
_LARGEST = 1e13
_NEAR = 1.11


class Amount(NamedTuple):
    """Yuan between ``low`` and ``high``; the two are equal for an exact figure."""

    low: float
    high: float


@lru_cache(maxsize=4096)
def parse_number(word: str) -> float | None:
    """The value of digits or Chinese numerals, None when it is none or beyond all measure."""
    plain = re.sub(r"[,，]", "", word)
    if len(plain) > 24:
        return None
    if not _CHINESE.search(plain):
        try:
            value = float(plain)
        except ValueError:
            return None
    else:
        value = _chinese_number(plain)
    return value if 0 < value < _LARGEST else None


def _chinese_number(word: str) -> float:
    import cn2an

    try:
        return float(cn2an.cn2an(word.replace("〇", "零").replace("仟", "千").replace("佰", "百"), "smart"))
    except (ValueError, KeyError, IndexError):
        return 0.0  # not a number in any reading: the caller drops it


def amounts(text: str) -> list[tuple[Amount, int]]:
    """Sums of money in the text with their places, at most sixteen."""
    found: list[tuple[Amount, int]] = []
    for match in _MONEY.finditer(text):
        amount = _amount(match, text)
        if amount is not None:
            found.append((amount, match.start()))
        if len(found) == 16:
            break
    return found


def _amount(match: re.Match[str], text: str) -> Amount | None:
    scale, unit = match["scale"] or "", match["unit"]
    if unit is None and (
        scale not in {"万", "亿", "十万", "百万", "千万"} or _NOT_MONEY_AFTER.match(text[match.end() :])
    ):
        return None
    factor = _SCALES[scale]
    if match["number"][0] in "几数某x":
        return Amount(2 * factor, 9.999 * factor) if factor > 1 else None
    if match["number"] in _EITHER:
        low, high = _EITHER[match["number"]]
        return Amount(low * factor, (high + 0.999) * factor)
    number = parse_number(match["number"])
    if number is None:
        return None
    value = _with_tail(match, text) or number * factor
    if match["over1"] or match["over2"] or match["over3"]:
        return Amount(value * 0.999, _top(number, factor))
    if match["before"] in {"近", "将近", "约", "大约"}:
        return Amount(value * 0.9, value * 1.001)
    return Amount(value, value)


def _with_tail(match: re.Match[str], text: str) -> float | None:
    """The value of 一万八 or 8万6千5, where a last digit without a scale counts in tenths; None without such a tail."""
    counts_things = match["unit"] is None and _NOT_MONEY_AFTER.match(text[match.end() :])
    if match["tail"] is None or match["over1"] or counts_things:
        return None
    return parse_number(re.sub(r"[,，]", "", match["number"]) + match["scale"] + match["tail"])


def _top(number: float, factor: float) -> float:
    # "16万余" stays below 17万, "30万余" below 40万, "一百多万" below 200万: the last written digit was rounded.
    step = 1.0
    while number >= 10 * step and number % (10 * step) == 0:
        step *= 10
    return (number + step) * factor


def quantities(text: str) -> set[str]:
    """Other counted things, each as value and unit ("43次"), at most forty."""
    found: set[str] = set()
    for match in _QUANTITY.finditer(text):
        number = parse_number(match["number"])
        if number is not None and match["unit"] not in {"年", "日", "号"}:
            found.add(f"{number:g}{match['unit']}")
        if len(found) == 40:
            break
    return found


def overlap(ones: Sequence[Amount], others: Sequence[Amount]) -> str:
    """How far two lists of sums agree: missing, equal, near, digits (a lost or added zero), differ."""
    if not ones or not others:
        return "missing"
    best = "differ"
    for one in ones:
        for other in others:
            verdict = _pair_overlap(one, other)
            if verdict == "equal":
                return verdict
            if verdict == "near" or best == "differ":
                best = verdict
    return best


def _pair_overlap(one: Amount, other: Amount) -> str:
    if one == other or (one.low == one.high and other.low == other.high and abs(one.low - other.low) < 0.005 * one.low):
        return "equal"
    if one.low <= other.high and other.low <= one.high:
        return "near"
    middle, opposite = (one.low + one.high) / 2, (other.low + other.high) / 2
    ratio = max(middle, opposite) / min(middle, opposite)
    if ratio <= _NEAR:
        return "near"
    return "digits" if any(abs(ratio / power - 1) < 0.005 for power in (10, 100, 1000, 10000)) else "differ"
