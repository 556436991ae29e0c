"""Fairness figures from what is known about lent days."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from chassis.clock import end_of_day
from chassis.errors import invalid_field
from chassis.uow import Uow

from personnel_pool_service.availability import service as availability
from personnel_pool_service.availability.domain import RESERVING
from personnel_pool_service.bookings.domain import Period
from personnel_pool_service.fairness.domain import HomeDays, PersonDays, by_home, gini, person_days

_IN_POOL = frozenset({"active", "suspended"})


@dataclass(frozen=True)
class Figures:
    """Who was lent for how many days of a period, as known at an instant."""

    period: Period
    known_at: datetime
    people: list[PersonDays]
    homes: list[HomeDays]

    @property
    def gini_people(self) -> float:
        """Among all pool members."""
        return gini([one.days for one in self.people])

    @property
    def gini_homes(self) -> float:
        """Among home units, by days per member."""
        return gini([one.days_per_member for one in self.homes])


async def figures(uow: Uow, period: Period, as_of: date | None = None) -> Figures:
    """Days served or being served; seats that were only asked for do not count.

    Args:
        uow: The present unit of work.
        period: The days counted.
        as_of: As known at the end of this day; now if None. A day that is over gives the same figures for ever.

    Raises:
        Invalid: the day is not over.
    """
    known_at = uow.now if as_of is None else end_of_day(as_of, uow.clock.zone)
    if known_at > uow.now:
        raise invalid_field("/as_of", "day_not_over", "该日尚未结束", "That day is not over yet")
    members = {
        one.cadre_id: one.home_unit for one in await availability.standing_at(uow, known_at) if one.status in _IN_POOL
    }
    lent: dict[UUID, list[Period]] = defaultdict(list)
    for _, one in await availability.lent_in(uow, period, known_at):
        if one.state not in RESERVING:
            lent[one.cadre_id].append(one.days)
    people = person_days(members, lent, period)
    return Figures(period, known_at, people, by_home(people))
