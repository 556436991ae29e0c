"""SQL of bookings."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from chassis.db import one_of
from sqlalchemy import Select, delete, func, select, text
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from personnel_pool_service.bookings.domain import Booking, Period
from personnel_pool_service.bookings.errors import DoubleBooked
from personnel_pool_service.bookings.models import NO_OVERLAP, BookingRow

_FACTS = (BookingRow.cadre_id, BookingRow.home_unit, BookingRow.days)
"""Columns, not rows of the model: searches and quotas read thousands."""


def _range(period: Period) -> Range[date]:
    return Range(period.first, period.last, bounds="[]")


async def lock_homes(session: AsyncSession, homes: Collection[str]) -> None:
    """Serialise the quotas of home units, in one order everywhere."""
    for home in sorted(homes):
        await session.execute(
            text("select pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": f"home_unit\x1f{home}"}
        )


async def list_taken(
    session: AsyncSession, cadre_ids: Collection[UUID], period: Period, *, but: Collection[UUID] = ()
) -> list[UUID]:
    """Those of the cadres who are taken on a day of the period, other than by the bookings ``but``."""
    query = select(BookingRow.cadre_id).where(
        one_of(BookingRow.cadre_id, cadre_ids), BookingRow.days.op("&&")(_range(period)), BookingRow.id.not_in(but)
    )
    return sorted(set(await session.scalars(query)))


async def list_of_homes(
    session: AsyncSession, homes: Collection[str], period: Period, *, but: Collection[UUID] = ()
) -> list[Booking]:
    """What home units lend on days of the period, other than the bookings ``but``."""
    query = select(*_FACTS).where(
        one_of(BookingRow.home_unit, homes), BookingRow.days.op("&&")(_range(period)), BookingRow.id.not_in(but)
    )
    return [Booking(cadre_id, home, period_of(days)) for cadre_id, home, days in await session.execute(query)]


async def list_of_cadres(
    session: AsyncSession, cadre_ids: Collection[UUID], period: Period, *, but: Collection[UUID] = ()
) -> dict[UUID, list[Period]]:
    """What cadres are taken for on days of the period, other than the bookings ``but``; the others are absent."""
    query = select(*_FACTS).where(
        one_of(BookingRow.cadre_id, cadre_ids), BookingRow.days.op("&&")(_range(period)), BookingRow.id.not_in(but)
    )
    found: dict[UUID, list[Period]] = {}
    for cadre_id, _, days in await session.execute(query):
        found.setdefault(cadre_id, []).append(period_of(days))
    return found


async def list_periods(session: AsyncSession, booking_ids: Collection[UUID]) -> dict[UUID, Period]:
    """Booking id → its days."""
    rows = await session.execute(select(BookingRow.id, BookingRow.days).where(one_of(BookingRow.id, booking_ids)))
    return {booking_id: period_of(days) for booking_id, days in rows}


async def add(session: AsyncSession, bookings: Sequence[Booking]) -> list[UUID]:
    """Take the days; ids in the order given.

    Raises:
        DoubleBooked: the exclusion constraint says no.
    """
    rows = [BookingRow(cadre_id=one.cadre_id, home_unit=one.home_unit, days=_range(one.period)) for one in bookings]
    session.add_all(rows)
    await _flush(session)
    return [row.id for row in rows]


async def set_last_day(session: AsyncSession, booking_ids: Collection[UUID], last: date) -> None:
    """Let the bookings end on another day."""
    for row in await session.scalars(
        select(BookingRow).where(one_of(BookingRow.id, booking_ids)).order_by(BookingRow.id)
    ):
        row.days = Range(row.days.lower, last, bounds="[]")
    await _flush(session)


async def delete_bookings(session: AsyncSession, booking_ids: Collection[UUID]) -> None:
    """Give the days back."""
    await session.execute(delete(BookingRow).where(one_of(BookingRow.id, booking_ids)))


async def list_days_lent(session: AsyncSession, cadre_ids: Collection[UUID]) -> dict[UUID, int]:
    """Days booked so far and ahead, per cadre; cadres without any are absent."""
    days = func.sum(func.upper(BookingRow.days) - func.lower(BookingRow.days))
    query = (
        select(BookingRow.cadre_id, days).where(one_of(BookingRow.cadre_id, cadre_ids)).group_by(BookingRow.cadre_id)
    )
    return {cadre_id: int(total) for cadre_id, total in await session.execute(query)}


def taken_on(period: Period) -> Select[Any]:
    """The cadres taken on a day of the period, as a subquery."""
    return select(BookingRow.cadre_id).where(BookingRow.days.op("&&")(_range(period)))


async def has_days_from(session: AsyncSession, cadre_id: UUID, day: date) -> bool:
    """Whether a cadre is taken on a day or later."""
    query = select(BookingRow.id).where(
        BookingRow.cadre_id == cadre_id, BookingRow.days.op("&&")(Range(day, None, bounds="[)"))
    )
    return await session.scalar(query.limit(1)) is not None


async def _flush(session: AsyncSession) -> None:
    try:
        await session.flush()
    except IntegrityError as error:
        if NO_OVERLAP in str(error.orig):
            raise DoubleBooked from error
        raise


def period_of(days: Range[date]) -> Period:
    """A stored range of days with two ends as a period."""
    lower, upper = days.lower, days.upper
    assert lower is not None  # every booking has two ends
    assert upper is not None
    # PostgreSQL answers day ranges half-open, whatever was written.
    return Period(lower, upper if days.bounds[1] == "]" else upper - timedelta(days=1))
