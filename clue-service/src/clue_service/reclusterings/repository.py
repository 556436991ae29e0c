"""SQL of re-clustering: its runs, and what the search through everything reads."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from clue_service.candidates.models import Candidate
from clue_service.matching.models import ClueFeature, ClueKey
from clue_service.matters.models import MatterMember
from clue_service.reclusterings.domain import KnownPair
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


async def find_run(session: AsyncSession, run_id: UUID) -> Reclustering:
    """One run."""
    return await session.get_one(Reclustering, run_id, populate_existing=True)


async def find_last_start(session: AsyncSession) -> datetime | None:
    """When the last run began, however it ended."""
    return await session.scalar(select(func.max(Reclustering.started_at)))


async def list_features(session: AsyncSession, *, after: int, limit: int) -> Sequence[tuple[int, UUID, bytes]]:
    """Features of indexed clues in the order they were indexed: (``clue_key.id``, clue, features)."""
    query = (
        select(ClueKey.id, ClueKey.clue_id, ClueFeature.features)
        .join(ClueFeature, ClueFeature.id == ClueKey.id)
        .where(ClueKey.id > after)
        .order_by(ClueKey.id)
        .limit(limit)
    )
    return [(row.id, row.clue_id, row.features) for row in await session.execute(query)]


async def matters_of(session: AsyncSession, clue_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """The matter of each clue that belongs to exactly one: a mixed letter is no clean example of any."""
    query = select(MatterMember.clue_id, MatterMember.matter_id).where(MatterMember.clue_id.in_(list(clue_ids)))
    found: dict[UUID, set[UUID]] = defaultdict(set)
    for clue_id, matter_id in await session.execute(query):
        found[clue_id].add(matter_id)
    return {clue_id: min(matters) for clue_id, matters in found.items() if len(matters) == 1}


async def list_matters(session: AsyncSession) -> list[list[UUID]]:
    """The clues of every confirmed matter."""
    found: dict[UUID, list[UUID]] = defaultdict(list)
    query = select(MatterMember.matter_id, MatterMember.clue_id).order_by(MatterMember.matter_id, MatterMember.clue_id)
    for matter_id, clue_id in await session.execute(query):
        found[matter_id].append(clue_id)
    return list(found.values())


async def list_known_pairs(session: AsyncSession) -> list[KnownPair]:
    """Every pair that was ever found, with its verdict."""
    query = select(Candidate.clue_a, Candidate.clue_b, Candidate.decision).order_by(Candidate.id)
    return [KnownPair(row.clue_a, row.clue_b, row.decision) for row in await session.execute(query)]
