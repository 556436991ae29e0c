"""Numbers in letters, in digits or in Chinese numerals; counted things; how far two lists of sums agree."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

# Bounded and possessive: a page of digits is read in pieces, in linear time.
_HAN_NUMERAL = "零〇一二两三四五六七八九十百千壹贰叁肆伍陆柒捌玖拾佰仟廿卅"
# Bounded and never begun inside a number: a page of digits must not be tried from every place.
NUMERAL = (
    rf"(?:(?<![\d.])\d{{1,15}}(?:[,，]\d{{3}}){{0,4}}(?:\.\d{{1,6}})?"
    rf"|(?<![{_HAN_NUMERAL}])[{_HAN_NUMERAL}]{{1,12}}(?:点[零一二三四五六七八九]{{1,6}})?)"
)
_QUANTITY = re.compile(
    rf"(?P<number>{NUMERAL})(?:余|多)?(?P<unit>平方米|平米|公里|公分|厘米|立方|个月|亩|次|人|户|天|日|棵|株|吨|斤|套|间|辆|台|桌|瓶|条|倍|名|年|层|栋|期|份|处|米|号|m2)"
)
_CHINESE = re.compile(f"[{_HAN_NUMERAL}万亿]")
_PLAIN = str.maketrans("〇仟佰", "零千百")
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

    plain = word.translate(_PLAIN)
    if plain[0] in "百千万亿":
        plain = "一" + plain
    try:
        return float(cn2an.cn2an(plain.replace("卅", "三十"), "smart"))
    except (ValueError, KeyError, IndexError):
        return 0.0  # not a number in any reading: the caller drops it


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
