"""Rows of tickets and of the epoch."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from notification_service.streams.models import StreamEpoch, StreamTicket


async def add_ticket(session: AsyncSession, digest: bytes, sub: str, *, now: datetime, expires_at: datetime) -> None:
    """Store a ticket and forget those that have expired."""
    await session.execute(delete(StreamTicket).where(StreamTicket.expires_at < now))
    session.add(StreamTicket(digest=digest, sub=sub, expires_at=expires_at))


async def take_ticket(session: AsyncSession, digest: bytes, now: datetime) -> str | None:
    """Use up a ticket; returns whose it was, or None."""
    statement = delete(StreamTicket).where(StreamTicket.digest == digest)
    row = (await session.execute(statement.returning(StreamTicket.sub, StreamTicket.expires_at))).one_or_none()
    return row.sub if row is not None and row.expires_at > now else None


async def get_epoch(session: AsyncSession) -> UUID:
    """The epoch of this database, made on first use."""
    known = await session.scalar(select(StreamEpoch.epoch))
    if known is None:
        await session.execute(insert(StreamEpoch).values(only=True, epoch=uuid4()).on_conflict_do_nothing())
        known = (await session.scalars(select(StreamEpoch.epoch))).one()
    return known
