"""SQL of support requests."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from personnel_pool_service.support_requests.models import SupportRequestRow


async def add(session: AsyncSession, row: SupportRequestRow) -> None:
    """Insert a request and learn its id."""
    session.add(row)
    await session.flush()


async def find_request(session: AsyncSession, request_id: UUID, *, lock: bool = False) -> SupportRequestRow | None:
    """The request, or None."""
    query = select(SupportRequestRow).where(SupportRequestRow.id == request_id)
    return await session.scalar(query.with_for_update() if lock else query)


async def list_requests(
    session: AsyncSession, *, units: Collection[str] | None, status: str | None, after: UUID | None, limit: int
) -> list[SupportRequestRow]:
    """Requests by id, one more than ``limit`` if there are more; ``units`` None is all."""
    query = select(SupportRequestRow).order_by(SupportRequestRow.id).limit(limit + 1)
    if units is not None:
        query = query.where(SupportRequestRow.requesting_unit.in_(units))
    if status is not None:
        query = query.where(SupportRequestRow.status == status)
    if after is not None:
        query = query.where(SupportRequestRow.id > after)
    return list(await session.scalars(query))
