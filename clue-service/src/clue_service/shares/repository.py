"""SQL of shares."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from clue_service.shares.models import Share, ShareReading


async def find_share(session: AsyncSession, share_id: UUID, *, lock: bool = False) -> Share | None:
    """One share."""
    return await session.get(Share, share_id, with_for_update=lock or None, populate_existing=True)


async def find_active(session: AsyncSession, grantee: str, clue_id: UUID, now: datetime) -> Share | None:
    """The share by which a person may see a clue now, the one that lasts longest."""
    query = select(Share).where(
        Share.grantee == grantee, Share.clue_id == clue_id, Share.revoked_at.is_(None), Share.expires_at > now
    )
    return await session.scalar(query.order_by(Share.expires_at.desc()).limit(1))


async def list_shares(
    session: AsyncSession,
    *,
    grantee: str | None,
    commission: str | None,
    hidden: Collection[UUID],
    before: UUID | None,
    limit: int,
) -> Sequence[Share]:
    """Shares somebody received, or those of a commission's clues, newest first; none of the ``hidden`` clues."""
    query = select(Share).where(Share.clue_id.not_in(list(hidden))) if hidden else select(Share)
    if grantee is not None:
        query = query.where(Share.grantee == grantee)
    if commission is not None:
        query = query.where(Share.commission == commission)
    if before is not None:
        query = query.where(Share.id < before)
    return (await session.scalars(query.order_by(Share.id.desc()).limit(limit))).all()


async def count_readings(session: AsyncSession, share_ids: Collection[UUID]) -> dict[UUID, int]:
    """How often each of some shares was read."""
    query = select(ShareReading.share_id, func.count()).where(ShareReading.share_id.in_(list(share_ids)))
    return {row[0]: row[1] for row in await session.execute(query.group_by(ShareReading.share_id))}


async def list_readings(
    session: AsyncSession, share_id: UUID, *, before: UUID | None, limit: int
) -> Sequence[ShareReading]:
    """The readings of a share, newest first."""
    query = select(ShareReading).where(ShareReading.share_id == share_id)
    if before is not None:
        query = query.where(ShareReading.id < before)
    return (await session.scalars(query.order_by(ShareReading.id.desc()).limit(limit))).all()
