"""SQL of what was known when."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from chassis.db import one_of
from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from personnel_pool_service.availability.domain import KnownSeat, Lent, SeatFacts, Standing
from personnel_pool_service.availability.models import CadreStatusRow, LendingEntryRow
from personnel_pool_service.bookings.domain import Period
from personnel_pool_service.bookings.repository import period_of


async def list_open(session: AsyncSession, seat_ids: Collection[UUID]) -> dict[UUID, KnownSeat]:
    """What is known about seats at present."""
    query = select(LendingEntryRow).where(one_of(LendingEntryRow.seat_id, seat_ids), LendingEntryRow.known_to.is_(None))
    return {row.seat_id: KnownSeat(row.id, row.state, period_of(row.days)) for row in await session.scalars(query)}


async def close(session: AsyncSession, entry_ids: Collection[UUID], now: datetime) -> None:
    """These entries are known no longer."""
    await session.execute(update(LendingEntryRow).where(one_of(LendingEntryRow.id, entry_ids)).values(known_to=now))


async def add_all(session: AsyncSession, seats: Sequence[tuple[SeatFacts, Period]], now: datetime) -> None:
    """These seats and their days are known from now on."""
    session.add_all(
        [
            LendingEntryRow(
                seat_id=seat.seat_id,
                cadre_id=seat.cadre_id,
                home_unit=seat.home_unit,
                secondment_id=seat.secondment_id,
                state=seat.state,
                days=Range(period.first, period.last, bounds="[]"),
                known_from=now,
            )
            for seat, period in seats
        ]
    )
    await session.flush()


async def list_lent(
    session: AsyncSession, day: date, known_at: datetime, cadre_ids: Collection[UUID]
) -> dict[UUID, Lent]:
    """By what the cadres were taken on a day, as known at an instant; those who were not are absent."""
    query = select(LendingEntryRow).where(
        one_of(LendingEntryRow.cadre_id, cadre_ids),
        LendingEntryRow.days.op("&&")(Range(day, day, bounds="[]")),
        _is_known(known_at),
    )
    return {row.cadre_id: _lent(row) for row in await session.scalars(query)}


async def list_served(session: AsyncSession, period: Period, known_at: datetime) -> list[tuple[str, Lent]]:
    """(home unit, days) of everything lent on days of a period, as known at an instant."""
    query = select(LendingEntryRow).where(
        LendingEntryRow.days.op("&&")(Range(period.first, period.last, bounds="[]")),
        _is_known(known_at),
    )
    return [(row.home_unit, _lent(row)) for row in await session.scalars(query)]


async def list_standing(
    session: AsyncSession,
    at: datetime,
    *,
    homes: Collection[str] | None,
    cadre_ids: Collection[UUID] | None,
    after: UUID | None,
    limit: int | None,
) -> list[Standing]:
    """Where cadres stood in the pool at an instant, by id; ``homes`` None is all."""
    row = CadreStatusRow
    query = (
        select(row.cadre_id, row.home_unit, row.status)
        .where(row.known_from <= at, or_(row.known_to.is_(None), row.known_to > at))
        .order_by(row.cadre_id)
    )
    if cadre_ids is not None:
        query = query.where(one_of(row.cadre_id, cadre_ids))
    if homes is not None:
        query = query.where(one_of(row.home_unit, homes))
    if after is not None:
        query = query.where(row.cadre_id > after)
    if limit is not None:
        query = query.limit(limit)
    return [Standing(one.cadre_id, one.home_unit, one.status) for one in await session.execute(query)]


def _is_known(at: datetime) -> ColumnElement[bool]:
    return and_(
        LendingEntryRow.known_from <= at, or_(LendingEntryRow.known_to.is_(None), LendingEntryRow.known_to > at)
    )


def _lent(row: LendingEntryRow) -> Lent:
    return Lent(row.cadre_id, row.secondment_id, row.state, period_of(row.days))
