"""Events come in here, in order: effect and inbox row commit together, then the message is acknowledged.

Order holds because one consumer leads per durable, handles messages in their order, retries in place, and goes back to
the acknowledgement floor whenever it cannot know what was in flight: at its start, after a reconnect, after a gap.

A service may handle a run of events together, in one transaction. If that fails, for whatever reason, nothing of it is
left, and its events are handled one by one like any others: what is wrong with one holds up and loses no other.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from itertools import groupby
from types import MappingProxyType
from typing import Any
from uuid import UUID

from contracts.envelope import Envelope, decode_data
from contracts.registry import BY_TYPE
from nats.aio.msg import Msg
from prometheus_client import Counter, Gauge, Histogram
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.broker import Broker
from chassis.db import Database
from chassis.dead_letters import Undecodable, bury, is_permanent, is_transient
from chassis.identity import SYSTEM
from chassis.inbox_marks import mark_all_handled, mark_handled
from chassis.leadership import lead, pause_for
from chassis.logging import get_logger
from chassis.pull import Pull, open_pull
from chassis.streams import EVENT_STREAM
from chassis.telemetry import REGISTRY, child_traceparent
from chassis.tracing import CONSUMER, Step, Value, is_on, step, tell
from chassis.uow import Cause, Transactions, Uow

Handler = Callable[[Uow, Envelope, Any], Awaitable[None]]
"""Applies one event within one unit of work. Must be version-guarded, so that a replay changes nothing."""

ManyHandler = Callable[[Uow, Sequence[tuple[Envelope, Any]]], Awaitable[None]]
"""Applies events within one unit of work as if one by one in their order, each version-guarded. What it says of one,
events and audit entries, it says within ``uow.because(cause_of(envelope))``: the run has no single cause."""

HANDLED = Counter(
    "heli_consumer_events", "Events by type and outcome", ["consumer", "type", "outcome"], registry=REGISTRY
)
REDELIVERED = Counter("heli_consumer_redelivered", "Messages delivered again", ["consumer"], registry=REGISTRY)
LAG = Gauge("heli_consumer_lag", "Events of the consumer's types not delivered yet", ["consumer"], registry=REGISTRY)
SECONDS = Histogram("heli_consumer_handler_seconds", "Time to apply an event", ["consumer", "type"], registry=REGISTRY)

_BATCH = 64
_GATHER_SECONDS = 0.04  # at most so long after the last, what comes is gathered: under load few transactions
_WAIT_SECONDS = 1.0  # of one pull; also bounds how long a stop waits for an idle consumer
_ACK_WAIT_SECONDS = 30
_CHECK_SECONDS = 30.0  # a deleted durable answers pulls with silence on some paths
_FIRST_RETRY_SECONDS = 0.1
_LONGEST_RETRY_SECONDS = 5.0
_UNKNOWN_ERROR_ATTEMPTS = 8  # about 11 s: time for a race to pass, not for a defect to stop everything behind it
_NANOSECONDS = 1_000_000_000

log = get_logger(__name__)


class Consumer:
    """An ordered durable pull consumer of the event stream; ``handlers`` by event type.

    Neighbours whose types have the same handler in ``together`` are applied by that one, in one transaction.
    """

    def __init__(
        self,
        *,
        durable: str,
        connection: Broker,
        database: Database,
        transactions: Transactions,
        handlers: Mapping[str, Handler],
        together: Mapping[str, ManyHandler] = MappingProxyType({}),
        batch: int = _BATCH,
    ) -> None:
        if unknown := handlers.keys() - BY_TYPE.keys():
            message = f"no contract for {sorted(unknown)}"
            raise ValueError(message)
        if unhandled := together.keys() - handlers.keys():
            message = f"no handler by itself for {sorted(unhandled)}"
            raise ValueError(message)
        self._durable = durable
        self._broker = connection
        self._database = database
        self._transactions = transactions
        self._handlers = handlers
        self._together = together
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
        gather = _GATHER_SECONDS if self._together else 0.0
        async for bundle in pull.bundles(self._batch, _WAIT_SECONDS, gather):
            first = expected + handled
            if any(one.metadata.sequence.consumer != first + place for place, one in enumerate(bundle)):
                log.warning("delivery_out_of_step", consumer=self._durable)
                return None
            LAG.labels(self._durable).set(bundle[-1].metadata.num_pending)
            if again := sum(one.metadata.num_delivered > 1 for one in bundle):
                REDELIVERED.labels(self._durable).inc(again)
            settled = await self._settle_bundle(bundle, stop, held)
            handled += settled
            if settled < len(bundle):
                break
        else:
            if not handled:
                LAG.labels(self._durable).set(0)
        return handled

    async def _settle_bundle(self, bundle: Sequence[Msg], stop: asyncio.Event, held: AsyncConnection) -> int:
        """Settle messages in their order; returns how many before being told to stop."""
        settled = 0
        for handler, neighbours in groupby(bundle, lambda message: self._together.get(_type_of(message))):
            run = list(neighbours)
            if stop.is_set():
                break
            if handler is not None and len(run) > 1 and await self._settle_together(handler, run):
                settled += len(run)
                continue
            for message in run:
                if stop.is_set() or not await self._settle(message, stop, held):
                    return settled
                settled += 1
        return settled

    async def _settle_together(self, handler: ManyHandler, run: Sequence[Msg]) -> bool:
        """Apply a run in one transaction, then acknowledge all of it; False, and nothing done, if that fails."""
        try:
            await self._apply_together(handler, run)
        except Exception as error:
            log.warning("events_taken_apart", consumer=self._durable, events=len(run), exc_info=error)
            return False
        for message in run:
            await self._broker.send(message.reply, b"+ACK")
        return True

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
        envelope, event = _decoded(message)
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

    async def _apply_together(self, handler: ManyHandler, run: Sequence[Msg]) -> None:
        events = [_decoded(message) for message in run]
        began_ns, started = time.time_ns(), time.perf_counter()
        async with self._transactions(SYSTEM, Cause()) as uow:
            new = await mark_all_handled(uow.session, self._durable, [envelope.id for envelope, _ in events])
            is_first = [_take(new, envelope.id) for envelope, _ in events]
            fresh = [one for one, is_new in zip(events, is_first, strict=True) if is_new]
            if fresh:
                await handler(uow, fresh)
        took = (time.perf_counter() - started) / len(events)
        for (envelope, event), is_new in zip(events, is_first, strict=True):
            outcome = "applied" if is_new else "repeat"
            SECONDS.labels(self._durable, event.type).observe(took)
            HANDLED.labels(self._durable, event.type, outcome).inc()
            if is_on():
                noted = {**self._noted(event.type), "heli.outcome": outcome}
                tell(f"process {event.type}", CONSUMER, envelope.traceparent, began_ns, noted)

    def _step(self, event_type: str, envelope: Envelope) -> Step:
        return step(f"process {event_type}", CONSUMER, envelope.traceparent, self._noted(event_type))

    def _noted(self, event_type: str) -> dict[str, Value]:
        return {
            "messaging.system": "nats",
            "messaging.operation.type": "process",
            "heli.event.type": event_type,
            "heli.consumer": self._durable,
        }

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


def _take(ids: set[UUID], event_id: UUID) -> bool:
    """Whether an id is there; it is not there a second time."""
    if event_id not in ids:
        return False
    ids.remove(event_id)
    return True


def _decoded(message: Msg) -> tuple[Envelope, Any]:
    try:
        envelope = Envelope.from_headers(message.headers or {})
        return envelope, decode_data(BY_TYPE[_type_of(message)], message.data)
    except ValueError as error:
        raise Undecodable from error


def _type_of(message: Msg) -> str:
    """The event type, from the subject: it is there even if the headers are broken."""
    return message.subject.removeprefix("evt.").rpartition(".")[0]
