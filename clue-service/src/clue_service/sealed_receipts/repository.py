"""SQL of sealed receipts."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from clue_service.sealed_receipts.models import SealedReceipt


async def find_receipt(
    session: AsyncSession, receipt_id: UUID, commission: str, *, lock: bool = False
) -> SealedReceipt | None:
    """A receipt of a commission."""
    query = select(SealedReceipt).where(SealedReceipt.id == receipt_id, SealedReceipt.commission == commission)
    return await session.scalar(query.with_for_update() if lock else query)


async def list_receipts(
    session: AsyncSession, commission: str, *, is_sent: bool | None, before: UUID | None, limit: int
) -> Sequence[SealedReceipt]:
    """A commission's receipts, newest first; all, or those that went up or have not."""
    query = select(SealedReceipt).where(SealedReceipt.commission == commission)
    if is_sent is not None:
        query = query.where(SealedReceipt.sent_on.is_not(None) if is_sent else SealedReceipt.sent_on.is_(None))
    if before is not None:
        query = query.where(SealedReceipt.id < before)
    return (await session.scalars(query.order_by(SealedReceipt.id.desc()).limit(limit))).all()
