"""Rows of outgoing messages."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from chassis.db import one_of
from sqlalchemy import func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from notification_service.notices.models import Delivery, Notice
from notification_service.outgoing_messages.models import OutgoingMessage, OutgoingPosition
from notification_service.withholdings.repository import is_open


class Arrived(NamedTuple):
    """A delivery as the planner needs it."""

    seq: int
    delivery_id: UUID
    sub: str
    kind: str


class Due(NamedTuple):
    """A person who is to be reached by a channel now."""

    sub: str
    channel: str


class Content(NamedTuple):
    """A message with the notice it tells of. Not ``is_open``: whoever would get it is recused from its item."""

    message: OutgoingMessage
    delivery: Delivery
    notice: Notice
    is_open: bool


async def lock_position(session: AsyncSession) -> int:
    """How far the inbox was looked through; one planner at a time. A fresh database starts at the present end."""
    await session.execute(text("select pg_advisory_xact_lock(hashtext('outgoing_position'))"))
    known: int | None = await session.scalar(select(OutgoingPosition.seq))
    if known is None:
        known = int(await session.scalar(select(func.coalesce(func.max(Delivery.seq), 0))) or 0)
        await session.execute(insert(OutgoingPosition).values(only=True, seq=known))
    return known


async def move_position(session: AsyncSession, seq: int) -> None:
    """Remember how far the inbox was looked through."""
    await session.execute(update(OutgoingPosition).values(seq=seq))


async def list_arrived(session: AsyncSession, after: int, limit: int) -> list[Arrived]:
    """Deliveries after a position, in order."""
    statement = (
        select(Delivery.seq, Delivery.id, Delivery.sub, Notice.kind)
        .join(Notice, Notice.id == Delivery.notice_id)
        .where(Delivery.seq > after)
        .order_by(Delivery.seq)
        .limit(limit)
    )
    return [Arrived(*row) for row in await session.execute(statement)]


async def add_messages(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Store messages to be sent; one that is there already stays as it is."""
    if rows:
        statement = insert(OutgoingMessage).values(list(rows))
        await session.execute(statement.on_conflict_do_nothing(index_elements=["delivery_id", "channel"]))


def _is_due(now: datetime) -> Any:
    return (
        (OutgoingMessage.state == "pending")
        & (OutgoingMessage.send_after <= now)
        & or_(OutgoingMessage.locked_until.is_(None), OutgoingMessage.locked_until < func.now())
    )


async def list_due(session: AsyncSession, now: datetime, busy: Collection[Due], limit: int) -> list[Due]:
    """Whom to reach now, the longest due first."""
    statement = (
        select(OutgoingMessage.sub, OutgoingMessage.channel)
        .where(_is_due(now))
        .group_by(OutgoingMessage.sub, OutgoingMessage.channel)
        .order_by(func.min(OutgoingMessage.send_after))
        .limit(limit + len(busy))
    )
    found = [Due(*row) for row in await session.execute(statement)]
    return [one for one in found if one not in busy][:limit]


async def take(session: AsyncSession, due: Due, now: datetime, lease: timedelta, limit: int) -> list[Content]:
    """Take what is due for a person by a channel, for a time; another process passes it over."""
    chosen = (
        select(OutgoingMessage.id)
        .where(_is_due(now), OutgoingMessage.sub == due.sub, OutgoingMessage.channel == due.channel)
        .order_by(OutgoingMessage.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("chosen")
    )
    taken = update(OutgoingMessage).where(OutgoingMessage.id.in_(select(chosen.c.id)))
    ids = list(await session.scalars(taken.values(locked_until=func.now() + lease).returning(OutgoingMessage.id)))
    statement = (
        select(OutgoingMessage, Delivery, Notice, is_open(Notice.item_type, Notice.item_id, Delivery.sub))
        .join(Delivery, Delivery.id == OutgoingMessage.delivery_id)
        .join(Notice, Notice.id == Delivery.notice_id)
        .where(one_of(OutgoingMessage.id, ids))
        .order_by(Delivery.seq)
    )
    return [Content(*row) for row in await session.execute(statement)]


async def settle(session: AsyncSession, ids: Collection[UUID], **values: Any) -> None:
    """Write how an attempt ended, unless another process settled it meanwhile."""
    if ids:
        statement = update(OutgoingMessage).where(one_of(OutgoingMessage.id, ids), OutgoingMessage.state == "pending")
        await session.execute(statement.values(locked_until=None, **values))


async def new_id(session: AsyncSession) -> UUID:
    """A fresh id."""
    found: UUID = (await session.execute(select(func.uuidv7()))).scalar_one()
    return found
