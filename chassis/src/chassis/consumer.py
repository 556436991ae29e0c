"""Events come in here, in order: effect and inbox row commit together, then the message is acknowledged.

Order holds because one consumer leads per durable, handles one message at a time, retries in place, and goes back to
the acknowledgement floor whenever it cannot know what was in flight: at its start, after a reconnect, after a gap.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from contracts.envelope import Envelope, decode_data
from contracts.registry import BY_TYPE
from nats.aio.msg import Msg
from prometheus_client import Counter, Gauge, Histogram
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from chassis.broker import Broker
from chassis.db import Database
from chassis.dead_letters import Undecodable, bury, is_permanent, is_transient
from chassis.identity import SYSTEM
from chassis.leadership import lead, pause_for
from chassis.logging import get_logger
from chassis.pull import Pull, open_pull
from chassis.streams import EVENT_STREAM
from chassis.tables import inbox
from chassis.telemetry import REGISTRY, child_traceparent
from chassis.tracing import CONSUMER, Step, step
from chassis.uow import Cause, Transactions, Uow

Handler = Callable[[Uow, Envelope, Any], Awaitable[None]]
"""Applies one event within one unit of work. Must be version-guarded, so that a replay changes nothing."""

HANDLED = Counter(
    "heli_consumer_events", "Events by type and outcome", ["consumer", "type", "outcome"], registry=REGISTRY
)
REDELIVERED = Counter("heli_consumer_redelivered", "Messages delivered again", ["consumer"], registry=REGISTRY)
LAG = Gauge("heli_consumer_lag", "Events of the consumer's types not delivered yet", ["consumer"], registry=REGISTRY)
SECONDS = Histogram("heli_consumer_handler_seconds", "Time to apply an event", ["consumer", "type"], registry=REGISTRY)

_BATCH = 64
_WAIT_SECONDS = 1.0  # of one pull; also bounds how long a stop waits for an idle consumer
_ACK_WAIT_SECONDS = 30
_CHECK_SECONDS = 30.0  # a deleted durable answers pulls with silence on some paths
_FIRST_RETRY_SECONDS = 0.1
_LONGEST_RETRY_SECONDS = 5.0
_UNKNOWN_ERROR_ATTEMPTS = 8  # about 11 s: time for a race to pass, not for a defect to stop everything behind it
_NANOSECONDS = 1_000_000_000
_PURGE_BATCH = 5_000

log = get_logger(__name__)


class Consumer:
    """An ordered durable pull consumer of the event stream; ``handlers`` by event type."""

    def __init__(
        self,
        *,
        durable: str,
        connection: Broker,
        database: Database,
        transactions: Transactions,
        handlers: Mapping[str, Handler],
        batch: int = _BATCH,
    ) -> None:
        unknown = handlers.keys() - BY_TYPE.keys()
        if unknown:
            message = f"no contract for {sorted(unknown)}"
            raise ValueError(message)
        self._durable = durable
        self._broker = connection
        self._database = database
        self._transactions = transactions
        self._handlers = handlers
        self._batch = batch

    async def run(self, stop: asyncio.Event) -> None:
        """Consume until told to stop; the message in hand is finished."""
        if not self._handlers:
            return
        stand_by = partial(LAG.labels(self._durable).set, 0)
        await lead(self._database, f"consumer {self._durable}", stop, lambda held: self._consume(stop, held), stand_by)

    async def _consume(self, stop: asyncio.Event, held: AsyncConnection) -> None:
        """One stretch of consuming from the acknowledgement floor on; returns when that must be found anew."""
        connects = self._broker.connects
        await self._assert_durable()
        expected = await self._return_to_floor() + 1
        checked_at = time.monotonic()
        async with open_pull(self._broker, EVENT_STREAM, self._durable) as pull:
            while not stop.is_set() and self._broker.connects == connects:
                handled = await self._pull_once(pull, expected, stop, held)
                if handled is None:
                    return
                expected += handled
                await held.scalar(text("select 1"))  # fails once another may lead
                if time.monotonic() - checked_at >= _CHECK_SECONDS:
                    await self._check_durable()
                    checked_at = time.monotonic()

    async def _pull_once(self, pull: Pull, expected: int, stop: asyncio.Event, held: AsyncConnection) -> int | None:
        """Handle what one pull brings; returns how many, or None if the deliveries are out of step."""
        handled = 0
        async for message in pull.messages(self._batch, _WAIT_SECONDS):
            metadata = message.metadata
            if metadata.sequence.consumer != expected + handled:
                log.warning("delivery_out_of_step", consumer=self._durable)
                return None
            if stop.is_set():
                break
            LAG.labels(self._durable).set(metadata.num_pending)
            if metadata.num_delivered > 1:
                REDELIVERED.labels(self._durable).inc()
            if not await self._settle(message, stop, held):
                break
            handled += 1
        else:
            if not handled:
                LAG.labels(self._durable).set(0)
        return handled

    async def _settle(self, message: Msg, stop: asyncio.Event, held: AsyncConnection) -> bool:
        """Apply a message, or bury it, then acknowledge; False if told to stop before that was done."""
        delay, attempts = _FIRST_RETRY_SECONDS, 0
        hopeless: Exception | None = None
        while True:
            attempts += 1
            try:
                if hopeless is None:
                    await self._apply(message)
                else:
                    await bury(self._transactions, self._durable, message, hopeless)
                    HANDLED.labels(self._durable, _type_of(message), "dead_letter").inc()
                break
            except Exception as error:
                if hopeless is None and (
                    is_permanent(error) or (not is_transient(error) and attempts >= _UNKNOWN_ERROR_ATTEMPTS)
                ):
                    hopeless, delay = error, _FIRST_RETRY_SECONDS
                    continue
                log.warning("event_retried", consumer=self._durable, attempts=attempts, exc_info=error)
            await pause_for(stop, delay)
            if stop.is_set():
                return False
            delay = min(delay * 2, _LONGEST_RETRY_SECONDS)
            await held.scalar(text("select 1"))  # while servers restart, another may have taken the lead
            await self._broker.send(message.reply, b"+WPI")  # in progress: the server's clock for an answer starts anew
        await self._broker.send(message.reply, b"+ACK")
        return True

    async def _apply(self, message: Msg) -> None:
        event_type = _type_of(message)
        handler = self._handlers.get(event_type)
        if handler is None:
            HANDLED.labels(self._durable, "other", "ignored").inc()
            return
        try:
            envelope = Envelope.from_headers(message.headers or {})
            event = decode_data(BY_TYPE[event_type], message.data)
        except ValueError as error:
            raise Undecodable from error
        started = time.perf_counter()
        with self._step(event_type, envelope) as applying:
            async with self._transactions(SYSTEM, cause_of(envelope, applying.traceparent)) as uow:
                is_new = await mark_handled(uow.session, self._durable, envelope)
                if is_new:
                    await handler(uow, envelope, event)
            outcome = "applied" if is_new else "repeat"
            applying.note("heli.outcome", outcome)
        SECONDS.labels(self._durable, event_type).observe(time.perf_counter() - started)
        HANDLED.labels(self._durable, event_type, outcome).inc()

    def _step(self, event_type: str, envelope: Envelope) -> Step:
        noted = {
            "messaging.system": "nats",
            "messaging.operation.type": "process",
            "heli.event.type": event_type,
            "heli.consumer": self._durable,
        }
        return step(f"process {event_type}", CONSUMER, envelope.traceparent, noted)

    async def _assert_durable(self) -> None:
        """Create the durable, or bring it to this configuration."""
        config = {
            "name": self._durable,
            "durable_name": self._durable,
            "deliver_policy": "all",
            "ack_policy": "explicit",
            "ack_wait": _ACK_WAIT_SECONDS * _NANOSECONDS,
            "max_deliver": -1,
            "max_ack_pending": 4 * self._batch,
            "replay_policy": "instant",
            "filter_subjects": sorted(f"evt.{event_type}.*" for event_type in self._handlers),
        }
        request = {"stream_name": EVENT_STREAM, "config": config, "action": ""}
        await self._broker.request(f"CONSUMER.CREATE.{EVENT_STREAM}.{self._durable}", request)

    async def _return_to_floor(self) -> int:
        """Have everything unacknowledged delivered again, in order; returns the sequence of the last delivery."""
        answer = await self._broker.request(f"CONSUMER.RESET.{EVENT_STREAM}.{self._durable}")
        return int(answer["delivered"]["consumer_seq"])

    async def _check_durable(self) -> None:
        """Fail if the durable is gone."""
        answer = await self._broker.request(f"CONSUMER.INFO.{EVENT_STREAM}.{self._durable}")
        LAG.labels(self._durable).set(answer["num_pending"])


def cause_of(envelope: Envelope, traceparent: str | None = None) -> Cause:
    """What follows from an event is caused by it, and belongs to the same story; ``traceparent`` is of its handling."""
    return Cause(
        correlation_id=envelope.correlation_id,
        causation_id=str(envelope.id),
        traceparent=traceparent or child_traceparent(envelope.traceparent),
    )


async def mark_handled(session: AsyncSession, consumer: str, envelope: Envelope) -> bool:
    """Write the inbox row; False if the event was handled before. Waits for another's open transaction on it."""
    mark = insert(inbox).values(consumer=consumer, event_id=envelope.id).on_conflict_do_nothing()
    return await session.scalar(mark.returning(inbox.c.event_id)) is not None


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


def _type_of(message: Msg) -> str:
    """The event type, from the subject: it is there even if the headers are broken."""
    return message.subject.removeprefix("evt.").rpartition(".")[0]
