"""Which events a consumer has handled: the mark commits with the effect, so that each is applied once."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from contracts.envelope import Envelope
from sqlalchemy import ARRAY, Uuid, bindparam, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.db import Database
from chassis.statements import Statement
from chassis.tables import inbox

_PURGE_BATCH = 5_000

_MARK = Statement(
    insert(inbox)
    .values(consumer=bindparam("consumer"), event_id=bindparam("event_id"))
    .on_conflict_do_nothing()
    .returning(inbox.c.event_id)
)
_MARKS = insert(inbox).from_select(
    ["consumer", "event_id"],
    select(bindparam("consumer", type_=inbox.c.consumer.type), func.unnest(bindparam("ids", type_=ARRAY(Uuid)))),
)
_MARK_ALL = _MARKS.on_conflict_do_nothing().returning(inbox.c.event_id)


async def mark_handled(session: AsyncSession, consumer: str, envelope: Envelope) -> bool:
    """Write the inbox row; False if the event was handled before. Waits for another's open transaction on it."""
    return await _MARK.scalar(session, {"consumer": consumer, "event_id": envelope.id}) is not None


async def mark_all_handled(session: AsyncSession, consumer: str, event_ids: Sequence[UUID]) -> set[UUID]:
    """Write the inbox rows of many events at once; those that were not handled before."""
    return set(await session.scalars(_MARK_ALL, {"consumer": consumer, "ids": list(event_ids)}))


async def purge_inbox(database: Database, retention: timedelta) -> int:
    """Forget events handled longer than ``retention`` ago, which must exceed the stream's age; returns how many."""
    removed = 0
    statement = text(
        "delete from inbox where ctid = any(array("
        "select ctid from inbox where processed_at < now() - cast(:retention as interval) limit :batch))"
    )
    while True:
        async with database.sessions.begin() as session:
            answer = await session.execute(statement, {"retention": retention, "batch": _PURGE_BATCH})
            gone = int(answer.rowcount)  # type: ignore[attr-defined]  # a cursor result, as for every plain statement
        removed += gone
        if gone < _PURGE_BATCH:
            return removed
