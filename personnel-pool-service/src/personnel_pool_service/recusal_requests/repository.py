"""SQL of requests for recusal."""

from collections.abc import Collection
from uuid import UUID

from chassis.db import one_of
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from personnel_pool_service.recusal_requests.domain import WEIGHT
from personnel_pool_service.recusal_requests.models import RecusalRequestRow


async def add(session: AsyncSession, row: RecusalRequestRow) -> None:
    """Insert a request."""
    session.add(row)
    await session.flush()


async def find_request(session: AsyncSession, request_id: UUID, *, lock: bool = False) -> RecusalRequestRow | None:
    """The request, or None."""
    query = select(RecusalRequestRow).where(RecusalRequestRow.id == request_id)
    return await session.scalar(query.with_for_update() if lock else query)


async def list_weighing(session: AsyncSession, cadre_ids: Collection[UUID]) -> list[tuple[UUID, str, str]]:
    """(cadre id, unit code, state) of the requests that mean something for checks."""
    query = select(RecusalRequestRow.cadre_id, RecusalRequestRow.unit_code, RecusalRequestRow.status).where(
        one_of(RecusalRequestRow.cadre_id, cadre_ids), RecusalRequestRow.status.in_(WEIGHT)
    )
    return [(row.cadre_id, row.unit_code, row.status) for row in await session.execute(query)]


async def list_requests(
    session: AsyncSession, *, units: Collection[str] | None, status: str | None, after: UUID | None, limit: int
) -> list[RecusalRequestRow]:
    """Requests by id, one more than ``limit`` if there are more; ``units`` None is all."""
    query = select(RecusalRequestRow).order_by(RecusalRequestRow.id).limit(limit + 1)
    if units is not None:
        query = query.where(RecusalRequestRow.unit_code.in_(units))
    if status is not None:
        query = query.where(RecusalRequestRow.status == status)
    if after is not None:
        query = query.where(RecusalRequestRow.id > after)
    return list(await session.scalars(query))
