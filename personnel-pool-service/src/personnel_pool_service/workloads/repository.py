"""SQL of workload entries."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from personnel_pool_service.bookings.domain import Period
from personnel_pool_service.bookings.models import BookingRow
from personnel_pool_service.workloads.models import WorkloadEntryRow


async def list_entries(session: AsyncSession, cadre_id: UUID, period: Period) -> list[WorkloadEntryRow]:
    """A cadre's entries that touch a period, by day."""
    query = select(WorkloadEntryRow).where(
        WorkloadEntryRow.cadre_id == cadre_id,
        WorkloadEntryRow.first_day <= period.last,
        WorkloadEntryRow.last_day >= period.first,
    )
    return list(await session.scalars(query.order_by(WorkloadEntryRow.first_day, WorkloadEntryRow.id)))


async def list_lent(session: AsyncSession, cadre_id: UUID, period: Period) -> list[Period]:
    """The days a cadre is lent that touch a period, by day."""
    first, after = func.lower(BookingRow.days), func.upper(BookingRow.days)
    query = (
        select(first, after - 1)
        .where(BookingRow.cadre_id == cadre_id, first <= period.last, after > period.first)
        .order_by(first)
    )
    return [Period(row[0], row[1]) for row in await session.execute(query)]


async def find_entry(session: AsyncSession, cadre_id: UUID, entry_id: UUID) -> WorkloadEntryRow | None:
    """The cadre's entry, or None."""
    query = select(WorkloadEntryRow).where(WorkloadEntryRow.id == entry_id, WorkloadEntryRow.cadre_id == cadre_id)
    return await session.scalar(query)


async def find_by_source(session: AsyncSession, source_ref: str) -> WorkloadEntryRow | None:
    """What was written down from a source, or None."""
    return await session.scalar(select(WorkloadEntryRow).where(WorkloadEntryRow.source_ref == source_ref))
