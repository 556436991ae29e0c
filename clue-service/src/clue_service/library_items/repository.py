"""SQL of the library. Every read that answers a caller is filtered by ``readable_by`` or ``listed_to``."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, all_, and_, cast, delete, false, func, literal, or_, select
from sqlalchemy.dialects.postgresql import TSVECTOR, insert
from sqlalchemy.ext.asyncio import AsyncSession

from clue_service.access.policy import Viewer, uses_library
from clue_service.access.row_security import reads_as_engine
from clue_service.library_items.domain import ItemState, Reach
from clue_service.library_items.models import LibraryIndex, LibraryItem, LibraryReading, LibraryText
from clue_service.library_requests.models import LibraryRequest


def _may_meet(viewer: Viewer) -> ColumnElement[bool]:
    if not uses_library(viewer):
        return false()
    return and_(
        LibraryItem.state != ItemState.ERASED,
        literal(viewer.sub) != all_(LibraryItem.recused),
        LibraryItem.secrecy_level.in_(sorted(viewer.cleared_for)),
    )


def _is_current(now: datetime) -> ColumnElement[bool]:
    return and_(
        LibraryItem.state == ItemState.ENTERED,
        LibraryItem.starts_at <= now,
        or_(LibraryItem.ends_at.is_(None), LibraryItem.ends_at > now),
    )


def readable_by(viewer: Viewer, now: datetime) -> ColumnElement[bool]:
    """``policy.ground_to_read`` in SQL."""
    granted = select(LibraryRequest.item_id).where(
        LibraryRequest.requester == viewer.sub, LibraryRequest.state == "granted", LibraryRequest.expires_at > now
    )
    opened: list[ColumnElement[bool]] = [LibraryItem.reach == Reach.PLATFORM, LibraryItem.id.in_(granted)]
    if viewer.commission is not None:
        opened.append(and_(LibraryItem.reach == Reach.COMMISSION, LibraryItem.commission == viewer.commission))
    grounds: list[ColumnElement[bool]] = [
        LibraryItem.owner_unit.in_(sorted(viewer.units)),
        and_(_is_current(now), or_(*opened)),
    ]
    grounds += [LibraryItem.commission == code for code in (viewer.office_of, viewer.leads) if code is not None]
    return and_(_may_meet(viewer), or_(*grounds))


def listed_to(viewer: Viewer, now: datetime) -> ColumnElement[bool]:
    """``policy.may_see_card`` in SQL."""
    return and_(LibraryItem.is_listed, _is_current(now), _may_meet(viewer))


async def find_item(session: AsyncSession, viewer: Viewer, item_id: UUID, *, lock: bool = False) -> LibraryItem | None:
    """The entry, if the viewer may read it or see its card."""
    # Row-level security leaves nothing else, and the policy says which of the two it is.
    query = select(LibraryItem).where(LibraryItem.id == item_id, _may_meet(viewer))
    query = query.execution_options(populate_existing=True)
    return await session.scalar(query.with_for_update(key_share=True) if lock else query)


@reads_as_engine
async def kept_item(session: AsyncSession, item_id: UUID) -> LibraryItem:
    """An entry as it is kept."""
    return await session.get_one(LibraryItem, item_id, populate_existing=True)


async def find_text(session: AsyncSession, item_id: UUID) -> LibraryText | None:
    """What an entry says; row-level security shows it to those who may read it."""
    return await session.get(LibraryText, item_id, populate_existing=True)


async def find_texts(session: AsyncSession, item_ids: Collection[UUID]) -> dict[UUID, str]:
    """What some entries say; row-level security leaves out what the caller may not read."""
    query = select(LibraryText).where(LibraryText.item_id.in_(list(item_ids)))
    return {row.item_id: row.text for row in await session.scalars(query)}


async def list_items(
    session: AsyncSession,
    viewer: Viewer,
    now: datetime,
    *,
    kind: str | None,
    unit_code: str | None,
    before: UUID | None,
    limit: int,
) -> Sequence[LibraryItem]:
    """Entries the viewer may read or sees the card of, newest first."""
    query = select(LibraryItem).where(or_(readable_by(viewer, now), listed_to(viewer, now)))
    if kind is not None:
        query = query.where(LibraryItem.kind == kind)
    if unit_code is not None:
        query = query.where(LibraryItem.unit_code == unit_code)
    if before is not None:
        query = query.where(LibraryItem.id < before)
    return (await session.scalars(query.order_by(LibraryItem.id.desc()).limit(limit))).all()


@reads_as_engine
async def put_in_index(session: AsyncSession, item_id: UUID, *, words: str, title_words: str) -> None:
    """Let an entry be found by its words, written as PostgreSQL writes text vectors."""
    values = {"words": cast(words, TSVECTOR), "title_words": cast(title_words, TSVECTOR)}
    statement = insert(LibraryIndex).values(item_id=item_id, **values)
    await session.execute(statement.on_conflict_do_update(index_elements=["item_id"], set_=values))


@reads_as_engine
async def erase_content(session: AsyncSession, item_id: UUID) -> None:
    """Erase what an entry says and is found by."""
    for table in (LibraryText, LibraryIndex):
        await session.execute(delete(table).where(table.item_id == item_id))


async def list_readings(
    session: AsyncSession, item_id: UUID, *, before: UUID | None, limit: int
) -> Sequence[LibraryReading]:
    """Who read an entry, newest first."""
    query = select(LibraryReading).where(LibraryReading.item_id == item_id)
    if before is not None:
        query = query.where(LibraryReading.id < before)
    return (await session.scalars(query.order_by(LibraryReading.id.desc()).limit(limit))).all()


@reads_as_engine
async def count_readings(session: AsyncSession, item_id: UUID) -> int:
    """How often an entry was read."""
    return int(await session.scalar(select(func.count()).where(LibraryReading.item_id == item_id)) or 0)


async def find_items(session: AsyncSession, item_ids: Collection[UUID]) -> Sequence[LibraryItem]:
    """Entries by id; row-level security leaves out what the caller may not see."""
    return (await session.scalars(select(LibraryItem).where(LibraryItem.id.in_(list(item_ids))))).all()
