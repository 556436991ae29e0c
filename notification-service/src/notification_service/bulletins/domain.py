"""Periods that bulletins tell of: civil months, quarters and half-years that are over. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType

from chassis.clock import months_after

_MOST_AT_ONCE = 24
"""Periods made up for after a long pause; whoever was away for years is not told of each month."""


class Rhythm(StrEnum):
    """How often a bulletin comes."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"


_MONTHS: Mapping[Rhythm, int] = MappingProxyType({Rhythm.MONTH: 1, Rhythm.QUARTER: 3, Rhythm.HALF_YEAR: 6})


@dataclass(frozen=True)
class Period:
    """A rhythm's stretch of days, first and last included."""

    rhythm: Rhythm
    first: date

    @property
    def last(self) -> date:
        """Its last day."""
        return months_after(self.first, _MONTHS[self.rhythm]) - timedelta(days=1)

    @property
    def number(self) -> str:
        """What the period is called: 2026-11, 2026-Q4, 2026-H2."""
        at = (self.first.month - 1) // _MONTHS[self.rhythm] + 1
        letter = {Rhythm.MONTH: "", Rhythm.QUARTER: "Q", Rhythm.HALF_YEAR: "H"}[self.rhythm]
        return f"{self.first.year}-{letter}{at}" if letter else f"{self.first.year}-{at:02d}"

    def next(self) -> "Period":
        """The one after it."""
        return Period(self.rhythm, self.last + timedelta(days=1))


def period_of(rhythm: Rhythm, day: date) -> Period:
    """The period a day lies in."""
    span = _MONTHS[rhythm]
    return Period(rhythm, date(day.year, (day.month - 1) // span * span + 1, 1))


def periods_due(rhythm: Rhythm, today: date, newest: date | None) -> list[Period]:
    """The periods that are over and have no bulletin yet, oldest first.

    Args:
        rhythm: Of the bulletins.
        today: The civil day; a period is over the day after its last.
        newest: First day of the newest period that has one. Without it only the period that ended last is due: what
            was before the platform is no news.
    """
    ended = period_of(rhythm, period_of(rhythm, today).first - timedelta(days=1))
    if newest is None:
        return [ended]
    found, period = [], Period(rhythm, newest).next()
    while period.first <= ended.first:
        found.append(period)
        period = period.next()
    return found[-_MOST_AT_ONCE:]
