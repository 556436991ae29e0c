"""SQL of the reporters' vault."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from clue_service.access.row_security import reads_as_engine
from clue_service.reporters.models import Reporter


@reads_as_engine
async def find_digests(session: AsyncSession, clue_ids: Iterable[UUID]) -> dict[UUID, bytes]:
    """The keyed digests of the reporters of some clues; who is anonymous has none."""
    query = select(Reporter.clue_id, Reporter.digest).where(Reporter.clue_id.in_(list(clue_ids)))
    return {row.clue_id: row.digest for row in await session.execute(query)}


@reads_as_engine
async def find_sealed(session: AsyncSession, clue_id: UUID) -> bytes | None:
    """The sealed identity of a clue's reporter."""
    return await session.scalar(select(Reporter.sealed).where(Reporter.clue_id == clue_id))
