"""Days of people's time: periods, quotas, limits. Days are inclusive at both ends."""

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from math import floor
from uuid import UUID


@dataclass(frozen=True, order=True)
class Period:
    """From the first day to the last, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days."""
        return (self.last - self.first).days + 1

    def overlaps(self, other: "Period") -> bool:
        """Whether the two share a day."""
        return self.first <= other.last and other.first <= self.last


@dataclass(frozen=True)
class Booking:
    """One cadre taken for a period, counted against a home unit."""

    cadre_id: UUID
    home_unit: str
    period: Period


def months_later(day: date, months: int) -> date:
    """The same day of a later month; the month's last day where it has no such day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def is_within_months(period: Period, months: int) -> bool:
    """Whether a period is no longer than so many calendar months."""
    return period.last < months_later(period.first, months)


def quota(share: float, members: int) -> int:
    """How many of a home unit's pool members may be lent on one day: max(1, ⌊share × members⌋)."""
    # The tiny addition keeps 0.29 × 100 = 28.999… from losing a person to binary fractions.
    return max(1, floor(share * members + 1e-9))


def most_at_once(bookings: Iterable[Booking], period: Period) -> int:
    """The largest number of bookings that share one day of a period."""
    changes: dict[date, int] = {}
    for booking in bookings:
        if booking.period.overlaps(period):
            first = max(booking.period.first, period.first)
            after = min(booking.period.last, period.last) + timedelta(days=1)
            changes[first] = changes.get(first, 0) + 1
            changes[after] = changes.get(after, 0) - 1
    most = present = 0
    for _, change in sorted(changes.items()):
        present += change
        most = max(most, present)
    return most


def homes_over_quota(wanted: Iterable[Booking], held: Iterable[Booking], quotas: dict[str, int]) -> list[str]:
    """The home units that would lend more people on one day than their quota, if ``wanted`` joined ``held``."""
    by_home: dict[str, list[Booking]] = {}
    asked: dict[str, list[Booking]] = {}
    for booking in held:
        by_home.setdefault(booking.home_unit, []).append(booking)
    for booking in wanted:
        asked.setdefault(booking.home_unit, []).append(booking)
    over = []
    for home, bookings in asked.items():
        span = Period(min(b.period.first for b in bookings), max(b.period.last for b in bookings))
        if most_at_once([*by_home.get(home, []), *bookings], span) > quotas[home]:
            over.append(home)
    return sorted(over)


@dataclass(frozen=True)
class Rest:
    """How much of somebody's time may be lent. Zeros set no limit."""

    cumulative_months: int = 0
    window_months: int = 24
    cool_down_days: int = 0


NO_REST = Rest()


def is_over_cumulative(wanted: Period, others: Iterable[Period], rest: Rest) -> bool:
    """Whether, with ``wanted``, some window would hold more lent days than so many months have.

    The fullest windows end on the last day of a posting, or begin on the first of one, so only these are looked at.
    """
    if not rest.cumulative_months:
        return False
    periods = [*others, wanted]
    ends = {period.last for period in periods}
    ends |= {months_later(period.first, rest.window_months) - timedelta(days=1) for period in periods}
    for end in ends:
        first = months_later(end, -rest.window_months) + timedelta(days=1)
        window = Period(first, end)
        allowed = (months_later(first, rest.cumulative_months) - first).days
        if window.overlaps(wanted) and sum(_shared_days(window, period) for period in periods) > allowed:
            return True
    return False


def is_too_soon(wanted: Period, others: Iterable[Period], rest: Rest) -> bool:
    """Whether somebody would stay at home for fewer days than the cool-down before or after another posting."""
    return bool(rest.cool_down_days) and any(_days_between(wanted, other) < rest.cool_down_days for other in others)


def _shared_days(one: Period, other: Period) -> int:
    return max(0, (min(one.last, other.last) - max(one.first, other.first)).days + 1)


def _days_between(one: Period, other: Period) -> int:
    earlier, later = sorted((one, other))
    return (later.first - earlier.last).days - 1
