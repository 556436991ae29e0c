"""Rows of events as they leave."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from chassis.db import as_rows, inserting, one_of
from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from notification_service.outward_events.models import OutwardEvent

_ADD = (
    inserting(
        OutwardEvent, "event_id", "type", "service", "path", "open_to", "body", "stored_at", in_turn="outward_event"
    )
    .on_conflict_do_nothing(index_elements=["event_id"])
    .returning(OutwardEvent.seq)
)


async def add_events(session: AsyncSession, events: Sequence[Mapping[str, object]]) -> list[int]:
    """Store events in their order; the positions of those that were not there yet.

    One storing transaction at a time: a lower position must never become visible after a higher one.
    """
    return list(await session.scalars(_ADD, {"rows": as_rows(events)}))


async def list_after(session: AsyncSession, after: int, limit: int) -> Sequence[OutwardEvent]:
    """The events after a position, in order."""
    statement = select(OutwardEvent).where(OutwardEvent.seq > after).order_by(OutwardEvent.seq).limit(limit)
    return (await session.scalars(statement)).all()


async def list_by_seq(session: AsyncSession, seqs: Collection[int]) -> dict[int, OutwardEvent]:
    """Position → event."""
    rows = await session.scalars(select(OutwardEvent).where(one_of(OutwardEvent.seq, seqs)))
    return {row.seq: row for row in rows}


async def kept_range(session: AsyncSession) -> tuple[int, int]:
    """The oldest position that is kept and the newest; (0, 0) before the first event."""
    row = (await session.execute(select(func.min(OutwardEvent.seq), func.max(OutwardEvent.seq)))).one()
    return int(row[0] or 0), int(row[1] or 0)


async def purge(session: AsyncSession, before: datetime) -> int:
    """Forget events stored before an instant, with their deliveries; returns how many."""
    gone = await session.scalars(
        delete(OutwardEvent).where(OutwardEvent.stored_at < before).returning(OutwardEvent.seq)
    )
    return len(gone.all())
