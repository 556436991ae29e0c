"""SQL of re-clustering: its runs, and what the search through everything reads."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from clue_service.matching.models import ClueKey
from clue_service.reclusterings.models import Reclustering


async def list_keyed(session: AsyncSession, *, after: int, limit: int) -> Sequence[tuple[int, UUID]]:
    """Indexed clues in the order they were indexed: (``clue_key.id``, clue)."""
    query = select(ClueKey.id, ClueKey.clue_id).where(ClueKey.id > after).order_by(ClueKey.id).limit(limit)
    return [(row.id, row.clue_id) for row in await session.execute(query)]


async def count_keyed(session: AsyncSession) -> int:
    """How many clues are indexed."""
    return int(await session.scalar(select(func.count()).select_from(ClueKey)) or 0)


async def add_run(session: AsyncSession, started_at: datetime) -> UUID:
    """A run that begins."""
    run = Reclustering(started_at=started_at, state="running", counts={})
    session.add(run)
    await session.flush()
    return run.id


async def find_run(session: AsyncSession, run_id: UUID) -> Reclustering | None:
    """One run."""
    return await session.get(Reclustering, run_id, populate_existing=True)


async def find_last_start(session: AsyncSession) -> datetime | None:
    """When the last run began, however it ended."""
    return await session.scalar(select(func.max(Reclustering.started_at)))
