"""Reserving people: all or nothing, never twice on one day, never beyond a home unit's quota."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from chassis.uow import Uow

from personnel_pool_service.bookings import repository
from personnel_pool_service.bookings.domain import (
    Booking,
    Period,
    Rest,
    homes_over_quota,
    is_over_cumulative,
    is_too_soon,
    months_later,
    most_at_once,
)
from personnel_pool_service.bookings.errors import CoolDown, CumulativeLimit, DoubleBooked, HomeUnitQuota


async def reserve(uow: Uow, wanted: Sequence[Booking], quotas: Mapping[str, int]) -> list[UUID]:
    """Take the days of all or of nobody. Lock the cadres first, in the order of their ids.

    Args:
        uow: The present unit of work.
        wanted: Whom to take, and when.
        quotas: Home unit → how many it may lend on one day.

    Returns:
        Booking ids, in the order given.

    Raises:
        DoubleBooked: someone is taken already.
        HomeUnitQuota: a home unit would lend too many.
    """
    if not wanted:
        return []
    await _require_room(uow, wanted, quotas, but=())
    return await repository.add(uow.session, wanted)


async def prolong(uow: Uow, bookings: Mapping[UUID, Booking], last: date, quotas: Mapping[str, int]) -> None:
    """Let bookings end later. Lock the cadres first.

    Args:
        uow: The present unit of work.
        bookings: Booking id → the booking as it is.
        last: The new last day.
        quotas: Home unit → how many it may lend on one day.

    Raises:
        DoubleBooked: someone is taken in the added days.
        HomeUnitQuota: a home unit would lend too many in them.
    """
    if not bookings:
        return
    wanted = [Booking(one.cadre_id, one.home_unit, Period(one.period.first, last)) for one in bookings.values()]
    await _require_room(uow, wanted, quotas, but=tuple(bookings))
    await repository.set_last_day(uow.session, tuple(bookings), last)


async def require_rest(uow: Uow, booked: Mapping[UUID, Booking], rest: Rest) -> None:
    """Refuse bookings just made or prolonged that leave somebody too little time at home. Lock the cadres first.

    Args:
        uow: The present unit of work.
        booked: Booking id → the booking as it is now.
        rest: What everybody is owed.

    Raises:
        CoolDown: too soon before or after another posting.
        CumulativeLimit: too many months within the window.
    """
    if not booked or not (rest.cumulative_months or rest.cool_down_days):
        return
    span = Period(min(one.period.first for one in booked.values()), max(one.period.last for one in booked.values()))
    people = [one.cadre_id for one in booked.values()]
    others = await repository.list_of_cadres(uow.session, people, _around(span, rest), but=tuple(booked))
    tired = [one.cadre_id for one in booked.values() if is_too_soon(one.period, others.get(one.cadre_id, ()), rest)]
    if tired:
        raise CoolDown(members={"cadre_ids": sorted(map(str, tired)), "days": rest.cool_down_days})
    over = [
        one.cadre_id for one in booked.values() if is_over_cumulative(one.period, others.get(one.cadre_id, ()), rest)
    ]
    if over:
        raise CumulativeLimit(
            members={
                "cadre_ids": sorted(map(str, over)),
                "months": rest.cumulative_months,
                "window_months": rest.window_months,
            }
        )


async def taken_around(uow: Uow, cadre_ids: Sequence[UUID], period: Period, rest: Rest) -> dict[UUID, list[Period]]:
    """What cadres are taken for in a period and as far around it as their time at home is counted."""
    return await repository.list_of_cadres(uow.session, cadre_ids, _around(period, rest)) if cadre_ids else {}


def _around(period: Period, rest: Rest) -> Period:
    # A cool-down is at most a year, and a window that touches a posting reaches one window length to either side.
    reach = max(rest.window_months, 12)
    return Period(months_later(period.first, -reach), months_later(period.last, reach))


async def periods_of(uow: Uow, booking_ids: Collection[UUID]) -> dict[UUID, Period]:
    """Booking id → its days; bookings that were given back are absent."""
    return await repository.list_periods(uow.session, booking_ids) if booking_ids else {}


async def shorten(uow: Uow, booking_ids: Collection[UUID], last: date) -> None:
    """Let bookings end earlier; the days after ``last`` are free again."""
    if booking_ids:
        await repository.set_last_day(uow.session, booking_ids, last)


async def release(uow: Uow, booking_ids: Collection[UUID]) -> None:
    """Give all days back."""
    if booking_ids:
        await repository.delete_bookings(uow.session, booking_ids)


async def days_lent(uow: Uow, cadre_ids: Collection[UUID]) -> dict[UUID, int]:
    """Days booked so far and ahead, per cadre; cadres without any are absent."""
    return await repository.list_days_lent(uow.session, cadre_ids) if cadre_ids else {}


def taken_on(period: Period) -> Any:
    """The cadres taken on a day of the period, as a subquery for another repository."""
    return repository.taken_on(period)


async def is_taken_from(uow: Uow, cadre_id: UUID, day: date) -> bool:
    """Whether a cadre is taken on a day or later."""
    return await repository.has_days_from(uow.session, cadre_id, day)


async def most_lent(uow: Uow, homes: Collection[str], period: Period) -> dict[str, int]:
    """Home unit → the most people it lends on any day of the period."""
    held: dict[str, list[Booking]] = {home: [] for home in homes}
    for booking in await repository.list_of_homes(uow.session, homes, period) if homes else ():
        held[booking.home_unit].append(booking)
    return {home: most_at_once(of_home, period) for home, of_home in held.items()}


async def _require_room(uow: Uow, wanted: Sequence[Booking], quotas: Mapping[str, int], *, but: Sequence[UUID]) -> None:
    span = Period(min(one.period.first for one in wanted), max(one.period.last for one in wanted))
    homes = {one.home_unit for one in wanted}
    await repository.lock_homes(uow.session, homes)
    taken = await repository.list_taken(uow.session, [one.cadre_id for one in wanted], span, but=but)
    if taken:
        raise DoubleBooked(members={"cadre_ids": [str(cadre_id) for cadre_id in taken]})
    held = await repository.list_of_homes(uow.session, homes, span, but=but)
    over = homes_over_quota(wanted, held, dict(quotas))
    if over:
        raise HomeUnitQuota(members={"home_units": over, "quotas": {home: quotas[home] for home in over}})
