"""Events leave through the outbox: staged in the business transaction, published after commit by one leading relay."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, cast
from uuid import UUID

from prometheus_client import Counter, Gauge
from sqlalchemy import ARRAY, BigInteger, CursorResult, Integer, bindparam, delete, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from chassis.broker import Broker, BrokerRefused, BrokerUnavailable, Message
from chassis.db import Database
from chassis.leadership import lead
from chassis.logging import get_logger
from chassis.tables import outbox
from chassis.telemetry import REGISTRY
from chassis.tracing import PRODUCER, Value, is_on, tell

OLDEST_UNSENT = Gauge(
    "heli_outbox_oldest_unsent_seconds", "Age of the oldest event that is not published yet", registry=REGISTRY
)
PUBLISHED = Counter("heli_outbox_published", "Events published, by way", ["way"], registry=REGISTRY)

_BATCH = 256  # one fsync for all: 5.7 times the rate of awaiting each
_POLL_SECONDS = 1.0  # backs the wake-up, which reaches only this process
_PURGE_BATCH = 5_000  # rows removed per transaction
_DUPLICATE_IN_BATCH = 10201

log = get_logger(__name__)

# Built once: every event that is staged or published needs one of these.
_STAGE = insert(outbox)
_UNSENT = (
    select(
        outbox.c.id,
        outbox.c.subject,
        outbox.c.headers,
        outbox.c.data,
        func.extract("epoch", func.now() - outbox.c.created_at).label("age"),
    )
    .where(outbox.c.sent_at.is_(None))
    .order_by(outbox.c.id)
    .limit(bindparam("most", type_=Integer))
)
_MARK_SENT = (
    update(outbox).where(outbox.c.id == func.any(bindparam("ids", type_=ARRAY(BigInteger)))).values(sent_at=func.now())
)


async def stage_raw(
    session: AsyncSession, *, event_id: UUID, message: Message, aggregate_id: str, version: int
) -> None:
    """Insert a finished message into the outbox of the caller's transaction."""
    row = {
        "event_id": event_id,
        "subject": message.subject,
        "aggregate_id": aggregate_id,
        "version": version,
        "headers": dict(message.headers),
        "data": message.data,
    }
    await session.execute(_STAGE, row)


@dataclass(frozen=True)
class Unsent:
    """A row to be published."""

    id: int
    message: Message
    age_s: float = 0.0


class Relay:
    """Publishes unsent rows in the order of their ids; of all relays on a database one leads, the others wait."""

    def __init__(self, database: Database, broker: Broker, *, batch: int = _BATCH) -> None:
        self._database = database
        self._broker = broker
        self._batch = batch
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Look for unsent rows now; called after each commit that staged events."""
        self._woken.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop; the batch in hand is finished."""
        # What was measured while leading must not stand for ever in a process that no longer does.
        stand_by = partial(OLDEST_UNSENT.set, 0.0)
        await lead(self._database, "relay", stop, lambda connection: self._publish_until(stop, connection), stand_by)

    async def _publish_until(self, stop: asyncio.Event, connection: AsyncConnection) -> None:
        # Nothing is written here but marks of what the stream has. If the server dies with the last of them, those are
        # published once more and dropped as repeats, so no event has to wait until the mark of another is on disk.
        await connection.execute(text("set synchronous_commit to off"))
        while not stop.is_set():
            self._woken.clear()
            if await self.publish_batch(connection) < self._batch:
                await self._wait(stop)

    async def _wait(self, stop: asyncio.Event) -> None:
        waits = [asyncio.create_task(self._woken.wait()), asyncio.create_task(stop.wait())]
        try:
            await asyncio.wait(waits, timeout=_POLL_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            for wait in waits:
                with suppress(asyncio.CancelledError):
                    await wait

    async def publish_batch(self, connection: AsyncConnection) -> int:
        """Publish the oldest unsent rows; returns how many."""
        found = (await connection.execute(_UNSENT, {"most": self._batch})).all()
        OLDEST_UNSENT.set(float(found[0].age) if found else 0.0)
        rows = [Unsent(row.id, Message(row.subject, row.headers, row.data), float(row.age)) for row in found]
        for run in runs_of_one_stream(rows):
            await self._publish_run(connection, run)
        return len(rows)

    async def _publish_run(self, connection: AsyncConnection, rows: Sequence[Unsent]) -> None:
        began_ns = time.time_ns()
        try:
            await self._broker.publish_batch([row.message for row in rows])
        except BrokerRefused as refusal:
            # One id that the stream knows already refuses the whole batch; alone, it is answered as a duplicate.
            if refusal.code != _DUPLICATE_IN_BATCH:
                log.warning("atomic_batch_refused", code=refusal.code)
            await self._publish_singly(connection, rows, began_ns)
        except BrokerUnavailable:
            await self._restore_streams()
            raise
        else:
            await _mark_sent(connection, rows)
            PUBLISHED.labels("batch").inc(len(rows))
            _tell(rows, began_ns)

    async def _publish_singly(self, connection: AsyncConnection, rows: Sequence[Unsent], began_ns: int) -> None:
        sent: list[Unsent] = []
        try:
            for row in rows:
                await self._broker.publish(row.message)
                sent.append(row)
        finally:
            # Stops at the first failure: publishing what follows it would lose the order.
            await _mark_sent(connection, sent)
            PUBLISHED.labels("single").inc(len(sent))
            _tell(sent, began_ns)

    async def _restore_streams(self) -> None:
        """Nobody answered: perhaps the stream is gone. What it held can be published again with ``refill``."""
        with suppress(BrokerUnavailable):  # the broker as a whole is away
            await self._broker.restore_streams()


def _tell(rows: Sequence[Unsent], began_ns: int) -> None:
    """Each event's publishing is a step of the story that staged it; the messages themselves stay as they are."""
    if not is_on():
        return
    for row in rows:
        event_type = row.message.headers.get("ce-type", "other")
        noted: dict[str, Value] = {
            "messaging.system": "nats",
            "messaging.operation.type": "send",
            "heli.event.type": event_type,
            "heli.outbox.waited_ms": round(row.age_s * 1000),
        }
        tell(f"publish {event_type}", PRODUCER, row.message.headers.get("traceparent"), began_ns, noted)


def runs_of_one_stream(rows: Sequence[Unsent]) -> list[list[Unsent]]:
    """Cut rows where the stream changes (the first token of the subject): an atomic batch goes to one stream."""
    runs: list[list[Unsent]] = []
    for row in rows:
        if runs and _stream_of(runs[-1][-1]) == _stream_of(row):
            runs[-1].append(row)
        else:
            runs.append([row])
    return runs


def _stream_of(row: Unsent) -> str:
    return row.message.subject.partition(".")[0]


async def _mark_sent(connection: AsyncConnection, rows: Sequence[Unsent]) -> None:
    await connection.execute(_MARK_SENT, {"ids": [row.id for row in rows]})


async def refill(database: Database, *, since: datetime | None = None, from_id: int = 0) -> int:
    """Have the relay publish sent rows again, to fill a stream that was lost.

    Consumers drop what they have handled; the stream drops what it still knows from the last two minutes.

    Args:
        database: the producing service's.
        since: only rows written at or after this instant.
        from_id: only rows with this outbox id or a higher one.

    Returns:
        How many rows will be published again.
    """
    again = update(outbox).where(outbox.c.sent_at.is_not(None), outbox.c.id >= from_id).values(sent_at=None)
    if since is not None:
        again = again.where(outbox.c.created_at >= since)
    async with database.sessions.begin() as session:
        return cast("CursorResult[*tuple[Any, ...]]", await session.execute(again)).rowcount


async def purge_sent(database: Database, retention: timedelta) -> int:
    """Remove rows that were published longer than ``retention`` ago; returns how many."""
    removed = 0
    while True:
        oldest = (
            select(outbox.c.id)
            .where(outbox.c.sent_at < func.now() - retention)
            .order_by(outbox.c.id)
            .limit(_PURGE_BATCH)
            .scalar_subquery()
        )
        async with database.sessions.begin() as session:
            gone = (await session.scalars(delete(outbox).where(outbox.c.id.in_(oldest)).returning(outbox.c.id))).all()
        removed += len(gone)
        if len(gone) < _PURGE_BATCH:
            return removed
