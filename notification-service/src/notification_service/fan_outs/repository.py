"""Rows of fan-outs."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Integer, Select, delete, func, insert, literal, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from notification_service.fan_outs.models import FanOut


class Batch(NamedTuple):
    """Some people who are to get a notice now, and how many have it after them, of how many."""

    notice_id: UUID
    recipients: dict[str, str | None]
    done: int
    total: int


@cache  # it is asked for four times a second
def _taking(limit: int) -> Select[UUID, list[str], list[str | None], int, int]:
    first, last = FanOut.done + 1, func.least(FanOut.done + limit, func.cardinality(FanOut.subs), type_=Integer)
    return (
        select(FanOut.notice_id, FanOut.subs[first:last], FanOut.units[first:last], last, func.cardinality(FanOut.subs))
        .order_by(FanOut.done, FanOut.started_at, FanOut.notice_id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


async def add(session: AsyncSession, notice_id: UUID, recipients: Mapping[str, str | None], now: datetime) -> None:
    """Remember whom a notice goes to."""
    subs = sorted(recipients)
    values = {"subs": subs, "units": [recipients[sub] for sub in subs], "done": 0, "started_at": now}
    await session.execute(insert(FanOut).values(notice_id=notice_id, **values))


async def take(session: AsyncSession, limit: int) -> Batch | None:
    """The next people of the fan-out that is least far, locked; None where all are done or in hand."""
    row = (await session.execute(_taking(limit))).one_or_none()
    if row is None:
        return None
    notice_id, subs, units, done, total = row
    return Batch(notice_id, dict(zip(subs, units, strict=True)), done, total)


async def settle(session: AsyncSession, batch: Batch) -> None:
    """Write how far a fan-out is; it is gone at its end."""
    if batch.done >= batch.total:
        await session.execute(delete(FanOut).where(FanOut.notice_id == batch.notice_id))
    else:
        await session.execute(update(FanOut).where(FanOut.notice_id == batch.notice_id).values(done=batch.done))


async def count_waiting(session: AsyncSession) -> int:
    """How many deliveries wait."""
    waiting = select(func.coalesce(func.sum(func.cardinality(FanOut.subs) - FanOut.done), literal(0)))
    return int(await session.scalar(waiting) or 0)
