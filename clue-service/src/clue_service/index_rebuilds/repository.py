"""SQL of index rebuilds."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import CursorResult, delete, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from clue_service.clues.models import Clue
from clue_service.index_rebuilds.models import IndexRebuild
from clue_service.matching.models import ClueKey
from clue_service.matching.prepared import FEATURES_VERSION


async def find_unfinished(session: AsyncSession, version: int) -> IndexRebuild | None:
    """The latest run, if it writes this version and did not come to its end."""
    latest = await session.scalar(select(IndexRebuild).order_by(IndexRebuild.id.desc()).limit(1))
    return latest if latest and latest.format == version and latest.finished_at is None else None


async def find_run(session: AsyncSession, run_id: UUID) -> IndexRebuild:
    """One run."""
    return await session.get_one(IndexRebuild, run_id, populate_existing=True)


async def next_clues(session: AsyncSession, after: UUID | None, limit: int) -> Sequence[Clue]:
    """The clues after one, in the order of their ids; nobody changes them until the transaction ends."""
    query = select(Clue).order_by(Clue.id).limit(limit).with_for_update(read=True)
    return (await session.scalars(query if after is None else query.where(Clue.id > after))).all()


async def next_stale(session: AsyncSession, limit: int) -> Sequence[Clue]:
    """Clues whose keys another version wrote, the newest first; nobody changes them until the transaction ends."""
    query = select(Clue).join(ClueKey, ClueKey.clue_id == Clue.id).where(ClueKey.format != FEATURES_VERSION)
    return (
        await session.scalars(query.order_by(Clue.id.desc()).limit(limit).with_for_update(read=True, of=Clue))
    ).all()


async def count_clues(session: AsyncSession) -> int:
    """How many clues there are."""
    return int(await session.scalar(select(func.count()).select_from(Clue)) or 0)


async def remove_orphans(session: AsyncSession) -> int:
    """Erase from the index what belongs to no clue; how many rows that was."""
    is_known = exists().where(Clue.id == ClueKey.clue_id)
    done = await session.execute(delete(ClueKey).where(~is_known))
    assert isinstance(done, CursorResult)
    return done.rowcount
