"""Questions about days, present and past. The same question about the same knowledge has the same answer for ever."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from uuid import UUID

from chassis.errors import invalid_field
from chassis.uow import Uow

from personnel_pool_service.availability import repository
from personnel_pool_service.availability.domain import DayOf, Lent, Standing, day_of
from personnel_pool_service.bookings.domain import Period


async def people_on(
    uow: Uow,
    day: date,
    known_at: datetime | None,
    *,
    homes: Collection[str] | None,
    cadre_ids: Collection[UUID] | None,
    after: UUID | None,
    limit: int,
) -> tuple[list[DayOf], bool, datetime]:
    """What cadres were on a day, by id; whether there are more; and the instant of the knowledge used.

    Args:
        uow: The present unit of work.
        day: The civil day asked about, past or to come.
        known_at: As known at this instant; None is now. An answer's instant, given again, gives the answer again.
        homes: Home units the reader may see; None is all.
        cadre_ids: Only these, if given.
        after: The last id of the page before.
        limit: Page size.
    """
    at = uow.now if known_at is None else known_at
    if at > uow.now:
        raise invalid_field("/known_at", "in_future", "不能晚于当前时间", "Nobody knows that yet")
    # The pool's standing on a day is the one at its end, as far as it was known by then.
    midnight = datetime.combine(day + timedelta(days=1), time(), tzinfo=uow.clock.zone)
    instant = min(at, midnight - timedelta(microseconds=1))
    standings = await repository.list_standing(
        uow.session, instant, homes=homes, cadre_ids=cadre_ids, after=after, limit=limit + 1
    )
    page = standings[:limit]
    lent = await repository.list_lent(uow.session, day, at, [one.cadre_id for one in page]) if page else {}
    return [day_of(one, lent.get(one.cadre_id)) for one in page], len(standings) > limit, at


async def standing_at(uow: Uow, at: datetime) -> list[Standing]:
    """Where everybody stood in the pool at an instant."""
    return await repository.list_standing(uow.session, at, homes=None, cadre_ids=None, after=None, limit=None)


async def lent_in(uow: Uow, period: Period, known_at: datetime) -> list[tuple[str, Lent]]:
    """(home unit, days) of everything lent on days of a period, as known at an instant."""
    return await repository.list_served(uow.session, period, known_at)
