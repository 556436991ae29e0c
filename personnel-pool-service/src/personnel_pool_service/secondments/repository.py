"""SQL of secondments."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from personnel_pool_service.secondments.models import EvaluationRow, SeatRow, SecondmentRow


async def add(session: AsyncSession, rows: Sequence[SecondmentRow | SeatRow | EvaluationRow]) -> None:
    """Insert rows and learn their ids."""
    session.add_all(rows)
    await session.flush()


async def find_secondment(session: AsyncSession, secondment_id: UUID, *, lock: bool = False) -> SecondmentRow | None:
    """The secondment, or None."""
    query = select(SecondmentRow).where(SecondmentRow.id == secondment_id)
    return await session.scalar(query.with_for_update() if lock else query)


async def list_seats(session: AsyncSession, secondment_ids: Collection[UUID]) -> dict[UUID, list[SeatRow]]:
    """Seats by secondment, oldest first."""
    found: dict[UUID, list[SeatRow]] = {one: [] for one in secondment_ids}
    query = select(SeatRow).where(SeatRow.secondment_id.in_(secondment_ids)).order_by(SeatRow.id)
    for seat in await session.scalars(query):
        found[seat.secondment_id].append(seat)
    return found


async def list_evaluations(session: AsyncSession, seat_ids: Collection[UUID]) -> dict[UUID, EvaluationRow]:
    """Evaluations by seat."""
    rows = await session.scalars(select(EvaluationRow).where(EvaluationRow.seat_id.in_(seat_ids)))
    return {row.seat_id: row for row in rows}


async def list_secondments(
    session: AsyncSession,
    *,
    request_ref: str | None,
    status: str | None,
    home_unit: str | None,
    homes: Collection[str] | None,
    after: UUID | None,
    limit: int,
) -> list[SecondmentRow]:
    """Secondments by id, one more than ``limit`` if there are more; ``homes`` None is all, else those it concerns."""
    query = select(SecondmentRow).order_by(SecondmentRow.id).limit(limit + 1)
    if request_ref is not None:
        query = query.where(SecondmentRow.request_ref == request_ref)
    if status is not None:
        query = query.where(SecondmentRow.status == status)
    if home_unit is not None:
        query = query.where(SecondmentRow.id.in_(select(SeatRow.secondment_id).where(SeatRow.home_unit == home_unit)))
    if homes is not None:
        query = query.where(SecondmentRow.id.in_(select(SeatRow.secondment_id).where(SeatRow.home_unit.in_(homes))))
    if after is not None:
        query = query.where(SecondmentRow.id > after)
    return list(await session.scalars(query))
