"""SQL of the reporters' vault."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from clue_service.reporters.models import Reporter


async def find_digest(session: AsyncSession, clue_id: UUID) -> bytes | None:
    """The keyed digest of a clue's reporter."""
    return await session.scalar(select(Reporter.digest).where(Reporter.clue_id == clue_id))
