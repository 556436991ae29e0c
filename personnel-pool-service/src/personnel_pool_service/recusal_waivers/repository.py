"""SQL of waivers."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from chassis.db import one_of
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from personnel_pool_service.recusal_waivers.domain import GRANTED
from personnel_pool_service.recusal_waivers.models import WaiverRow


async def add(session: AsyncSession, row: WaiverRow) -> None:
    """Insert a waiver and learn its id."""
    session.add(row)
    await session.flush()


async def find_waiver(session: AsyncSession, waiver_id: UUID, *, lock: bool = False) -> WaiverRow | None:
    """The waiver, or None."""
    query = select(WaiverRow).where(WaiverRow.id == waiver_id)
    return await session.scalar(query.with_for_update() if lock else query)


async def list_in_force(session: AsyncSession, cadre_ids: Collection[UUID], today: date) -> list[tuple[UUID, str, str]]:
    """(cadre id, unit code, ground code) of the waivers that hold today."""
    query = select(WaiverRow.cadre_id, WaiverRow.unit_code, WaiverRow.code).where(
        one_of(WaiverRow.cadre_id, cadre_ids), WaiverRow.status == GRANTED, WaiverRow.valid_to >= today
    )
    return [(row.cadre_id, row.unit_code, row.code) for row in await session.execute(query)]


async def list_waivers(
    session: AsyncSession, *, cadre_id: UUID | None, status: str | None, after: UUID | None, limit: int
) -> list[WaiverRow]:
    """Waivers by id, one more than ``limit`` if there are more."""
    query = select(WaiverRow).order_by(WaiverRow.id).limit(limit + 1)
    if cadre_id is not None:
        query = query.where(WaiverRow.cadre_id == cadre_id)
    if status is not None:
        query = query.where(WaiverRow.status == status)
    if after is not None:
        query = query.where(WaiverRow.id > after)
    return list(await session.scalars(query))
