"""SQL of requests for entries of the library."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from clue_service.access.policy import Viewer
from clue_service.library_requests.models import LibraryRequest


def _granted(requester: str, now: datetime) -> list[ColumnElement[bool]]:
    return [LibraryRequest.requester == requester, LibraryRequest.state == "granted", LibraryRequest.expires_at > now]


async def find_grant(session: AsyncSession, requester: str, item_id: UUID, now: datetime) -> LibraryRequest | None:
    """The grant by which somebody may read an entry now, the one that lasts longest."""
    query = select(LibraryRequest).where(LibraryRequest.item_id == item_id, *_granted(requester, now))
    return await session.scalar(query.order_by(LibraryRequest.expires_at.desc()).limit(1))


async def granted_ids(session: AsyncSession, requester: str, item_ids: Collection[UUID], now: datetime) -> set[UUID]:
    """Those of some entries that are granted to somebody now."""
    query = select(LibraryRequest.item_id).where(LibraryRequest.item_id.in_(list(item_ids)), *_granted(requester, now))
    return set(await session.scalars(query))


async def add_request(session: AsyncSession, values: Mapping[str, Any]) -> LibraryRequest | None:
    """A request; None where one of the same person for the entry is waiting already."""
    statement = insert(LibraryRequest).values(**values).on_conflict_do_nothing().returning(LibraryRequest.id)
    request_id = await session.scalar(statement)
    return await session.get(LibraryRequest, request_id) if request_id is not None else None


async def find_request(
    session: AsyncSession, viewer: Viewer, request_id: UUID, *, lock: bool = False
) -> LibraryRequest | None:
    """One request that the viewer made, or that is for an entry the viewer may look after."""
    concerns = or_(LibraryRequest.requester == viewer.sub, _looked_after(viewer))
    query = select(LibraryRequest).where(LibraryRequest.id == request_id, concerns)
    query = query.execution_options(populate_existing=True)
    return await session.scalar(query.with_for_update() if lock else query)


def _looked_after(viewer: Viewer) -> ColumnElement[bool]:
    commissions = [code for code in (viewer.office_of, viewer.leads) if code is not None]
    return or_(LibraryRequest.commission.in_(commissions), LibraryRequest.owner_unit.in_(sorted(viewer.units)))


async def lock_one_ending(session: AsyncSession, now: datetime, span: timedelta) -> LibraryRequest | None:
    """A grant with less than ``span`` left that was longer, and nobody was told of; what another has locked is left."""
    query = select(LibraryRequest).where(
        LibraryRequest.state == "granted",
        LibraryRequest.expiry_told_at.is_(None),
        LibraryRequest.expires_at > now,
        LibraryRequest.expires_at <= now + span,
        LibraryRequest.expires_at - LibraryRequest.decided_at > span,
    )
    query = query.order_by(LibraryRequest.expires_at).limit(1).with_for_update(skip_locked=True, key_share=True)
    return await session.scalar(query.execution_options(populate_existing=True))


async def list_requests(
    session: AsyncSession,
    viewer: Viewer,
    *,
    is_received: bool,
    state: str | None,
    before: UUID | None,
    limit: int,
) -> Sequence[LibraryRequest]:
    """Requests the viewer made, or those for entries the viewer may look after, newest first."""
    query = select(LibraryRequest).where(
        _looked_after(viewer) if is_received else LibraryRequest.requester == viewer.sub
    )
    if state is not None:
        query = query.where(LibraryRequest.state == state)
    if before is not None:
        query = query.where(LibraryRequest.id < before)
    return (await session.scalars(query.order_by(LibraryRequest.id.desc()).limit(limit))).all()
