"""When something happened: year, month and day as far as a letter tells, relative dates resolved by its receipt."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from clue_service.matching.numerals import parse_number

_HAN = "零〇一二三四五六七八九十"
_NUMBER = rf"(?:(?<!\d)\d{{1,2}}(?!\d)|[{_HAN}两]{{1,3}})"
_NOUGHT = "零〇o0某"  # ○ hides names too, and is read as 某
_FULL_YEAR = rf"(?:19|20)\d\d|[一二][{_NOUGHT}九][{_NOUGHT}一二三四五六七八九]{{2}}"
# 21年 and 二一年; alone they may be a span: 干了15年, 20年前.
_SHORT_YEAR = rf"(?<![\d{_NOUGHT}])\d\d|(?<![{_HAN}{_NOUGHT}])[零〇一二][一二三四五六七八九]"
_BEFORE_YEAR = frozenset(" ,.。;:!?、(\n于在从自到至即约底初")
_SPAN_AFTER = r"(?!\s?(?:前|来|间|内|多|余|以|之|时间|期|党|工|教|老|的?时|个|级|届))"
_TO = r"\s?(?:至|到|-|~|—|–|、|和|及)\s?"
_DAY = rf"(?:\s?(?P<day>{_NUMBER})[日号])?"
_UNTIL = rf"(?:{_TO}(?P<until>{_NUMBER})月(?!前))?"
_MONTH = rf"(?P<month>{_NUMBER})\s?月份?{_DAY}{_UNTIL}"
_TIMES_OF_YEAR = {
    "底": 12, "末": 12, "年底": 12, "年末": 12, "初": 1, "年初": 1, "元旦": 1, "春节": 2, "五一": 5, "国庆": 10,
}  # fmt: skip
_TIME = rf"(?:的|度)?(?P<time>{'|'.join(sorted(_TIMES_OF_YEAR, key=len, reverse=True))})"
_IN_YEAR = rf"(?:的?\s?{_MONTH}|{_TIME})"
_ABSOLUTE = re.compile(rf"(?P<year>{_FULL_YEAR})\s?年\s?度?{_IN_YEAR}?")
_SHORT = re.compile(rf"(?P<year>{_SHORT_YEAR})\s?年\s?(?:{_IN_YEAR}|(?P<bare>(?<=\d年)){_SPAN_AFTER})")
_DOTTED = re.compile(
    r"(?<![\d./-])(?P<year>(?:19|20)\d\d)(?P<mark>[./-])(?P<month>\d{1,2})"
    r"(?:(?P=mark)(?P<day>\d{1,2})(?!\d)|(?:[~—至到-](?P<until>\d{1,2}))?(?![\d万千百亿元号a-z%]|[./]\d|-\d{1,2}(?!\d)))"
)
_FIRST_OF_SPAN = re.compile(rf"(?<!\d)(?P<year>(?:19|20)\d\d){_TO}(?=(?:19|20)?\d\d年)")
_RELATIVE = re.compile(
    rf"(?P<word>今年|本年|去年|上年|上一年|大前年|(?<![以目之此先从日大])前年|同年|当年|次年|翌年)度?{_IN_YEAR}?"
)
_AGO = re.compile(
    rf"(?<![第近数几多{_HAN}\d])(?P<count>{_NUMBER}|半)(?P<of>年|个月|周|个?星期|天)(?:以|之)?前(?:的?{_MONTH})?"
)
_DAYS_AGO = re.compile(r"昨天|昨日|前天|前日")
_THIS_MONTH = re.compile(rf"(?P<word>上上个?月|上个?月|本月|这个?月|当月)(?:(?P<day>{_NUMBER})[日号])?")
_ONLY_MONTH = re.compile(
    rf"(?<![年\d零〇一二三四五六七八九十两./至到~—、和及-])(?P<month>{_NUMBER})月(?:份|(?P<day>{_NUMBER})[日号])"
)
_YEARS_BACK = {"今年": 0, "本年": 0, "去年": 1, "上年": 1, "上一年": 1, "前年": 2, "大前年": 3}
_FROM_TOLD = {"同年": 0, "当年": 0, "次年": 1, "翌年": 1}  # counted from the year told before
_DAYS_IN = {"周": 7, "星期": 7, "个星期": 7, "天": 1}
_MONTHS_BACK = {"上上": 2, "上": 1}
_BEST_FIRST = ("day", "month", "year", "near", "differ")
_DIGITS = {character: str(value) for value, character in enumerate("零一二三四五六七八九")}
_DIGITS |= dict.fromkeys("〇o0某", "0")


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
    read: list[re.Match[str]] = []
    yield from _with_year(text, received_on, read)
    for match in _AGO.finditer(text):
        read.append(match)
        yield from _ago(match, received_on)
    for match in _DAYS_AGO.finditer(text):
        day = received_on - timedelta(days=1 if match.group()[0] == "昨" else 2)
        yield When(day.year, day.month, day.day), match.start()
    for match in _THIS_MONTH.finditer(text):
        back = next((months for word, months in _MONTHS_BACK.items() if match["word"].startswith(word)), 0)
        yield _months_before(received_on, back)._replace(day=_small(match["day"], 31)), match.start()
    ends = {match.end() for match in read}
    for match in _ONLY_MONTH.finditer(text):
        month = _small(match["month"], 12)
        if month and match.end() not in ends:  # else its year was told before it
            year = received_on.year if month <= received_on.month else received_on.year - 1
            yield When(year, month, _small(match["day"], 31)), match.start()


def _with_year(text: str, received_on: date, read: list[re.Match[str]]) -> Iterator[tuple[When, int]]:
    """Dates with a year, told or relative; 同年 is the year told before it. Adds what it reads to ``read``."""
    told: list[tuple[int, int]] = []
    for pattern in (_ABSOLUTE, _DOTTED, _SHORT, _FIRST_OF_SPAN):
        for match in pattern.finditer(text):
            year = 0 if _is_span(match, text) else _year(match["year"], received_on)
            if year:
                told.append((match.start(), year))
                read.append(match)
                yield from _in_year(year, match)
    for match in _RELATIVE.finditer(text):
        word = match["word"]
        if word in _YEARS_BACK:
            year = received_on.year - _YEARS_BACK[word]
            told.append((match.start(), year))
        else:
            before = [one for one in told if one[0] < match.start()]
            if not before:
                continue
            year = max(before)[1] + _FROM_TOLD[word]
        read.append(match)
        yield from _in_year(year, match)


def _is_span(match: re.Match[str], text: str) -> bool:
    """Whether two digits before 年 may count years: 工作20年."""
    if match.groupdict().get("bare") is None:
        return False
    return match.start() > 0 and text[match.start() - 1] not in _BEFORE_YEAR


def _in_year(year: int, match: re.Match[str]) -> Iterator[tuple[When, int]]:
    groups = match.groupdict()
    if groups.get("time"):
        yield When(year, _TIMES_OF_YEAR[groups["time"]]), match.start()
        return
    month, until = _small(groups.get("month"), 12), _small(groups.get("until"), 12)
    yield When(year, month, _small(groups.get("day"), 31) if month else 0), match.start()
    if month and until:
        yield When(year + (until < month), until), match.start("until")


def _ago(match: re.Match[str], received_on: date) -> Iterator[tuple[When, int]]:
    of, half = match["of"], match["count"] == "半"
    count = 0 if half else _small(match["count"], 99)
    if not count and not (half and of == "年"):
        return
    if half:
        yield When(_months_before(received_on, 6).year), match.start()
    elif of == "年":
        yield from _in_year(received_on.year - count, match)
    elif of == "个月":
        yield _months_before(received_on, count), match.start()
    else:
        day = received_on - timedelta(days=count * _DAYS_IN[of])
        yield When(day.year, day.month), match.start()


def _months_before(day: date, months: int) -> When:
    total = day.year * 12 + day.month - 1 - months
    return When(total // 12, total % 12 + 1)


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
    if len(ones) == 1 and len(others) == 1:
        return _pair(ones[0], others[0])
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
