"""SQL of unsealings."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from personnel_pool_service.recusal_unsealings.models import UnsealingRow


async def add(session: AsyncSession, row: UnsealingRow) -> None:
    """Insert an unsealing."""
    session.add(row)
    await session.flush()


async def find_unsealing(session: AsyncSession, unsealing_id: UUID, *, lock: bool = False) -> UnsealingRow | None:
    """The unsealing, or None."""
    query = select(UnsealingRow).where(UnsealingRow.id == unsealing_id)
    return await session.scalar(query.with_for_update() if lock else query)
