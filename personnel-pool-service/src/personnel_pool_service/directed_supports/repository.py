"""SQL of directed support."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from personnel_pool_service.directed_supports.models import DirectedSupportRow
from personnel_pool_service.support_requests.models import SupportRequestRow


async def add(session: AsyncSession, row: DirectedSupportRow) -> None:
    """Insert one and learn its id."""
    session.add(row)
    await session.flush()


async def find_support(session: AsyncSession, support_id: UUID, *, lock: bool = False) -> DirectedSupportRow | None:
    """The directed support, or None."""
    query = select(DirectedSupportRow).where(DirectedSupportRow.id == support_id)
    return await session.scalar(query.with_for_update() if lock else query)


async def list_support_requests(session: AsyncSession, support_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Directed support → the support request it became."""
    query = select(SupportRequestRow.directed_support_id, SupportRequestRow.id).where(
        SupportRequestRow.directed_support_id.in_(support_ids)
    )
    return {support_id: row_id for support_id, row_id in await session.execute(query) if support_id is not None}


async def list_supports(
    session: AsyncSession,
    *,
    units: Collection[str] | None,
    kind: str | None,
    status: str | None,
    after: UUID | None,
    limit: int,
) -> list[DirectedSupportRow]:
    """Directed support by id, one more than ``limit`` if there is more; ``units`` None is all, else as either side."""
    row = DirectedSupportRow
    query = select(row).order_by(row.id).limit(limit + 1)
    if units is not None:
        query = query.where(or_(row.requesting_unit.in_(units), row.provider_unit.in_(units)))
    if kind is not None:
        query = query.where(row.kind == kind)
    if status is not None:
        query = query.where(row.status == status)
    if after is not None:
        query = query.where(row.id > after)
    return list(await session.scalars(query))
