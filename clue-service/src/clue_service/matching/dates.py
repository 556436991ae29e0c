"""When something happened: year, month and day as far as a letter tells, relative dates resolved by its receipt."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from clue_service.matching.numerals import parse_number

_NUMBER = r"[0-9零〇一二三四五六七八九十两]{1,3}"
_CHINESE_YEAR = r"[一二][零〇九一二][零〇一二三四五六七八九]{2}"
_ABSOLUTE = re.compile(
    rf"(?P<year>(?:19|20)\d\d|{_CHINESE_YEAR}|\d\d)\s?(?:年|[./-](?=\d{{1,2}}[./-]\d{{1,2}}))\s?度?"
    rf"(?:(?P<month>{_NUMBER})\s?(?:月份?|[./-])(?:\s?(?P<day>{_NUMBER})[日号]?)?)?"
)
_RELATIVE = re.compile(
    rf"(?P<word>今年|本年|当年|去年|上年|上一年|前年|大前年)度?(?:的?(?P<month>{_NUMBER})月份?(?:(?P<day>{_NUMBER})[日号])?)?"
)
_THIS_MONTH = re.compile(rf"(?P<word>上上个?月|上个?月|本月|这个?月|当月)(?:(?P<day>{_NUMBER})[日号])?")
_ONLY_MONTH = re.compile(
    rf"(?<![年\d零〇一二三四五六七八九十两./-])(?P<month>{_NUMBER})月(?:份|(?P<day>{_NUMBER})[日号])"
)
_YEARS_BACK = {"今年": 0, "本年": 0, "当年": 0, "去年": 1, "上年": 1, "上一年": 1, "前年": 2, "大前年": 3}
_MONTHS_BACK = {"上上": 2, "上": 1}
_BEST_FIRST = ("day", "month", "year", "near", "differ")
_DIGITS = {character: str(value) for value, character in enumerate("零一二三四五六七八九")} | {"〇": "0"}


class When(NamedTuple):
    """A date with month and day 0 where unknown."""

    year: int
    month: int = 0
    day: int = 0


def dates(text: str, received_on: date) -> list[tuple[When, int]]:
    """Dates in the text that are not after its receipt, with their places, at most sixteen."""
    found: list[tuple[When, int]] = []
    for when, place in _all(text, received_on):
        if when.year >= 1950 and (when.year, when.month) <= (received_on.year, received_on.month or 12):
            found.append((when, place))
        if len(found) == 16:
            break
    return found


def _all(text: str, received_on: date) -> Iterator[tuple[When, int]]:
    for match in _ABSOLUTE.finditer(text):
        year = _year(match["year"], received_on)
        if year:
            yield _when(year, match), match.start()
    for match in _RELATIVE.finditer(text):
        yield _when(received_on.year - _YEARS_BACK[match["word"]], match), match.start()
    for match in _THIS_MONTH.finditer(text):
        back = next((months for word, months in _MONTHS_BACK.items() if match["word"].startswith(word)), 0)
        total = received_on.year * 12 + received_on.month - 1 - back
        yield When(total // 12, total % 12 + 1, _small(match["day"], 31)), match.start()
    for match in _ONLY_MONTH.finditer(text):
        month = _small(match["month"], 12)
        if month:
            year = received_on.year if month <= received_on.month else received_on.year - 1
            yield When(year, month, _small(match["day"], 31)), match.start()


def _when(year: int, match: re.Match[str]) -> When:
    month = _small(match["month"], 12)
    return When(year, month, _small(match["day"], 31) if month else 0)


def _year(word: str, received_on: date) -> int:
    digits = "".join(_DIGITS.get(character, character) for character in word)
    if not digits.isdecimal():
        return 0
    year = int(digits)
    if year >= 100:
        return year
    century = received_on.year // 100 * 100
    return century + year if century + year <= received_on.year else century - 100 + year


def _small(word: str | None, largest: int) -> int:
    value = int(parse_number(word) or 0) if word else 0
    return value if value <= largest else 0


def agreement(ones: Sequence[When], others: Sequence[When]) -> str:
    """How far two lists agree: missing, day, month, year, near (the months around), differ."""
    if not ones or not others:
        return "missing"
    found = {_pair(one, other) for one in ones for other in others}
    return next(level for level in _BEST_FIRST if level in found)


def _pair(one: When, other: When) -> str:
    if one.month and other.month:
        if (one.year, one.month) == (other.year, other.month):
            if one.day and other.day:
                return "day" if one.day == other.day else "near"
            return "month"
        apart = abs(one.year * 12 + one.month - other.year * 12 - other.month)
        return "near" if apart <= 1 else "differ"
    return "year" if one.year == other.year else "differ"
