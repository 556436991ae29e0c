"""SQL of files. Row-level security shows a file to who may see its clue or read its entry."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from clue_service.attachments.domain import FileState, Owner
from clue_service.attachments.models import Attachment


def _of(owner: Owner) -> ColumnElement[bool]:
    item_id, clue_id = owner
    return Attachment.item_id == item_id if item_id is not None else Attachment.clue_id == clue_id


async def lock_owner(session: AsyncSession, owner: Owner) -> None:
    """Let files of one entry or clue be counted and settled one after another, until the end of the transaction."""
    name = f"clue:attachments:{owner[0] or owner[1]}"
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))


async def list_files(session: AsyncSession, owner: Owner) -> Sequence[Attachment]:
    """The files of an entry or clue, oldest first."""
    query = select(Attachment).where(_of(owner), Attachment.state == FileState.STORED)
    return (await session.scalars(query.order_by(Attachment.id))).all()


async def count_files(session: AsyncSession, owner: Owner) -> int:
    """How many files an entry or clue has, those on their way included."""
    query = select(func.count()).where(_of(owner), Attachment.state != FileState.DELETING)
    return int(await session.scalar(query) or 0)


async def find_same(session: AsyncSession, owner: Owner, received_digest: bytes) -> Attachment | None:
    """The file that came with the same bytes before."""
    query = select(Attachment).where(
        _of(owner), Attachment.received_digest == received_digest, Attachment.state == FileState.STORED
    )
    return await session.scalar(query.order_by(Attachment.id).limit(1))


async def find_file(session: AsyncSession, file_id: UUID) -> Attachment | None:
    """A stored file."""
    query = select(Attachment).where(Attachment.id == file_id, Attachment.state == FileState.STORED)
    return await session.scalar(query.execution_options(populate_existing=True))


async def settle(session: AsyncSession, file_id: UUID) -> bool:
    """Let a file count as stored; False where it was given up meanwhile."""
    statement = update(Attachment).where(Attachment.id == file_id, Attachment.state == FileState.RECEIVING)
    done = await session.scalar(statement.values(state=FileState.STORED.value).returning(Attachment.id))
    return done is not None


async def give_up(session: AsyncSession, file_id: UUID) -> None:
    """Let a file on its way be removed."""
    statement = update(Attachment).where(Attachment.id == file_id, Attachment.state == FileState.RECEIVING)
    await session.execute(statement.values(state=FileState.DELETING.value))


async def lock_leftovers(session: AsyncSession, patience: timedelta, limit: int) -> Sequence[UUID]:
    """Files to be removed: deleted ones, and those on their way for too long; what another has locked is left."""
    late = Attachment.written_at < func.now() - patience
    query = select(Attachment.id).where(
        or_(
            Attachment.state == FileState.DELETING,
            (Attachment.state == FileState.RECEIVING) & late,
        )
    )
    return (await session.scalars(query.order_by(Attachment.id).limit(limit).with_for_update(skip_locked=True))).all()


async def forget(session: AsyncSession, file_ids: Collection[UUID]) -> None:
    """Remove rows whose objects are gone."""
    await session.execute(delete(Attachment).where(Attachment.id.in_(list(file_ids))))


async def count_sealed_otherwise(session: AsyncSession, key: str) -> int:
    """How many files that stay lie under another key."""
    query = select(func.count()).where(Attachment.sealed_under != key, Attachment.state != FileState.DELETING)
    return int(await session.scalar(query) or 0)


async def lock_sealed_otherwise(session: AsyncSession, key: str, after: UUID | None) -> Attachment | None:
    """The next stored file under another key, locked."""
    query = select(Attachment).where(Attachment.sealed_under != key, Attachment.state == FileState.STORED)
    if after is not None:
        query = query.where(Attachment.id > after)
    query = query.order_by(Attachment.id).limit(1).with_for_update(key_share=True)
    return await session.scalar(query.execution_options(populate_existing=True))


async def known_ids(session: AsyncSession, file_ids: Collection[UUID]) -> set[UUID]:
    """Those of some files that have a row."""
    return set(await session.scalars(select(Attachment.id).where(Attachment.id.in_(list(file_ids)))))


async def system_now(session: AsyncSession) -> datetime:
    """The database's own time."""
    return (await session.execute(select(func.now()))).scalar_one()
