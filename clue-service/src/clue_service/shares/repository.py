"""SQL of shares."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from clue_service.access.paging import PartOf, newest
from clue_service.access.policy import Viewer
from clue_service.access.row_security import reads_as_engine
from clue_service.clues.models import Clue
from clue_service.shares.models import Share, ShareReading


async def find_share(session: AsyncSession, share_id: UUID, *, lock: bool = False) -> Share | None:
    """One share."""
    return await session.get(Share, share_id, with_for_update=lock or None, populate_existing=True)


async def list_active(session: AsyncSession, viewer: Viewer, clue_id: UUID, now: datetime) -> Sequence[Share]:
    """The shares by which a person may see a clue now, the one that lasts longest first; none above the clearance."""
    query = select(Share).where(
        Share.grantee == viewer.sub, Share.clue_id == clue_id, Share.revoked_at.is_(None), Share.expires_at > now
    )
    return (await session.scalars(query.where(_cleared(viewer)).order_by(Share.expires_at.desc(), Share.id))).all()


def _cleared(viewer: Viewer) -> ColumnElement[bool]:
    above = Clue.secrecy_level.not_in(sorted(viewer.cleared_for))
    return ~exists().where(Clue.id == Share.clue_id, above)


@reads_as_engine
async def is_cleared_for(session: AsyncSession, viewer: Viewer, share_id: UUID) -> bool:
    """Whether the clue of a share is not above the viewer's clearance."""
    return bool(await session.scalar(select(_cleared(viewer)).where(Share.id == share_id)))


async def list_shares(
    session: AsyncSession,
    viewer: Viewer,
    *,
    grantee: str | None,
    commission: str | None,
    before: UUID | None,
    limit: int,
) -> Sequence[Share]:
    """Shares somebody received, or those of a commission, newest first; of clues the viewer may meet."""
    met = ~func.is_recused_from(Share.clue_id, viewer.sub)
    wanted = and_(_cleared(viewer), met)
    parts = [PartOf(Share.grantee == grantee, wanted)] if grantee is not None else []
    parts += [PartOf(Share.commission == commission, wanted)] if commission is not None else []
    return await newest(session, Share, parts, before=before, limit=limit)


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
