"""How evenly people and home units are called upon: days, shares, the Gini coefficient."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from personnel_pool_service.bookings.domain import Period


@dataclass(frozen=True)
class PersonDays:
    """A pool member and the days lent in the period."""

    cadre_id: UUID
    home_unit: str
    days: int


@dataclass(frozen=True)
class HomeDays:
    """A home unit: its pool members, how many of them were lent, days altogether and per member."""

    home_unit: str
    members: int
    lent: int
    days: int

    @property
    def days_per_member(self) -> float:
        """Days lent per pool member."""
        return round(self.days / self.members, 2) if self.members else 0.0


def days_within(stretches: Iterable[Period], period: Period) -> int:
    """Days of stretches that do not overlap, as far as they fall into a period."""
    return sum(max(0, (min(one.last, period.last) - max(one.first, period.first)).days + 1) for one in stretches)


def gini(values: Sequence[float]) -> float:
    """The Gini coefficient: 0 where all have the same, near 1 where one has everything; 0 where nobody has anything.

    Raises:
        ValueError: a negative value.
    """
    ordered = sorted(values)
    if ordered and ordered[0] < 0:
        message = "no negative values"
        raise ValueError(message)
    total, count = sum(ordered), len(ordered)
    if not total:
        return 0.0
    weighted = sum(rank * value for rank, value in enumerate(ordered, start=1))
    return round(2 * weighted / (count * total) - (count + 1) / count, 4)


def lorenz(values: Sequence[float]) -> list[tuple[float, float]]:
    """Points of the Lorenz curve: share of people, share of days, least lent first; from (0, 0) to (1, 1)."""
    ordered, total = sorted(values), sum(values)
    points, reached = [(0.0, 0.0)], 0.0
    for rank, value in enumerate(ordered, start=1):
        reached += value
        points.append((rank / len(ordered), reached / total if total else rank / len(ordered)))
    return points


def by_home(people: Iterable[PersonDays]) -> list[HomeDays]:
    """The home units of people, most called upon per member first."""
    found: dict[str, list[int]] = {}
    for one in people:
        found.setdefault(one.home_unit, []).append(one.days)
    homes = [
        HomeDays(home, members=len(days), lent=sum(1 for one in days if one), days=sum(days))
        for home, days in found.items()
    ]
    return sorted(homes, key=lambda one: (-one.days_per_member, one.home_unit))


def person_days(members: Mapping[UUID, str], lent: Mapping[UUID, Sequence[Period]], period: Period) -> list[PersonDays]:
    """Every pool member (id → home unit) with the days lent in a period, most first."""
    people = [
        PersonDays(cadre_id, home, days_within(lent.get(cadre_id, ()), period)) for cadre_id, home in members.items()
    ]
    return sorted(people, key=lambda one: (-one.days, str(one.cadre_id)))
