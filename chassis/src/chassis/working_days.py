"""Working days: make-up workdays and holidays as published, or as people wrote them for a year. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import chinese_calendar

Working = Callable[[date], tuple[bool, bool]]
"""Day → whether people work on it, and whether the calendar knows for certain."""


@dataclass(frozen=True)
class YearOfWork:
    """A year's calendar as written by people: it differs from Monday to Friday by these days."""

    off_days: frozenset[date]
    workdays: frozenset[date]


class WorkingCalendar:
    """Working days: years that people wrote first, then the published ones of the library, then Monday to Friday."""

    def __init__(self, years: Mapping[int, YearOfWork]) -> None:
        self._years = years

    def __call__(self, day: date) -> tuple[bool, bool]:
        """Whether people work on a day, and whether the calendar knows for certain."""
        written = self._years.get(day.year)
        if written is None:
            return is_working_day(day)
        return day in written.workdays or (day.weekday() < 5 and day not in written.off_days), True


def is_working_day(day: date) -> tuple[bool, bool]:
    """Whether people work on a day by the published calendars, and whether these know for certain."""
    try:
        return chinese_calendar.is_workday(day), True
    except NotImplementedError:
        return day.weekday() < 5, False


def count_working_days(start: date, count: int, working: Working = is_working_day) -> tuple[date, bool]:
    """The ``count``-th working day after ``start``, which is not counted, and whether the calendar knows for certain.

    Nothing is counted for 0: that is ``start`` itself.
    """
    day, certain, left = start, True, count
    while left:
        day += timedelta(days=1)
        works, known = working(day)
        certain, left = certain and known, left - works
    return day, certain
