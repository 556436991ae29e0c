"""Runs of events in one transaction, on real servers: each once and in order, and one that fails harms no other."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest
from chassis.broker import Broker, BrokerUnavailable, Message
from chassis.clock import Clock
from chassis.consumer import Consumer
from chassis.errors import Conflict, Unavailable
from chassis.streams import EVENT_STREAM
from chassis.testing.counting import DURABLE, EVENT, log_effect
from contracts.envelope import Envelope
from contracts.pool import UnitUpserted


@pytest.fixture(autouse=True)
def _patient_gathering(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a slow machine brings apart is a run as well."""
    monkeypatch.setattr("chassis.consumer._GATHER_SECONDS", 0.5)


class Runs:
    """A handler of runs that writes each event into the log of effects and remembers what it was given."""

    def __init__(self) -> None:
        self.given: list[list[UnitUpserted]] = []

    async def __call__(self, uow: Any, events: Any) -> None:
        self.given.append([event for _, event in events])
        for envelope, event in events:
            await log_effect(uow, envelope, event)
            self.applied(event)

    def applied(self, event: UnitUpserted) -> None:
        """Called with each event whose effect is written; may raise."""

    def were_tried(self, code: str) -> bool:
        """Whether an event of this code was in a run with others."""
        return any(len(run) > 1 and any(event.code == code for event in run) for run in self.given)


@asynccontextmanager
async def running(world: Any, runs: Runs) -> AsyncIterator[Broker]:
    broker = await world.connect()
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(world.relay(broker))
        await world.eventually(world.has_nothing_unsent)
        await stack.enter_async_context(world.consumer(broker, together=runs))
        yield broker


async def test_neighbours_share_a_transaction_and_stay_in_order(world: Any) -> None:
    runs = Runs()
    await world.emit(*["a", "b", "a"] * 30)
    async with running(world, runs) as broker:
        await world.eventually(lambda: world.has_effects(90))
        await world.eventually(lambda: _has_acknowledged(broker, 90))
    await world.assert_each_once_and_in_order()
    assert len(runs.given) < 45, "fewer transactions than events"
    assert await world.count("select count(distinct xmin::text) from effect") == len(runs.given)
    assert await world.count("select count(*) from inbox") == 90


async def test_what_is_wrong_with_one_of_a_run_is_its_own_affair(world: Any) -> None:
    class Refusing(Runs):
        def applied(self, event: UnitUpserted) -> None:
            if event.code == "bad":
                raise Conflict

    runs = Refusing()
    await world.emit("a", "b", "a", "bad", "b", "a")
    async with running(world, runs):
        await world.eventually(lambda: world.has_effects(5))
        await world.eventually(lambda: _is(world, "select count(*) = 1 from dead_letter"))
    assert runs.were_tried("bad")
    codes = await world.rows("select code, version from effect order by seq")
    assert codes == [("a", 1), ("b", 1), ("a", 2), ("b", 2), ("a", 3)], "each once, though the run was rolled back"
    assert await world.rows("select error_code from dead_letter") == [("conflict",)]


async def test_a_message_that_is_no_event_ends_no_run_for_the_others(world: Any) -> None:
    runs = Runs()
    await world.emit("a", "a")
    broker = await world.connect()
    async with world.relay(broker):
        await world.eventually(world.has_nothing_unsent)
        await broker.publish(Message(f"evt.{EVENT}.-", {"Nats-Msg-Id": str(uuid4())}, b"not json"))
        await world.emit("a", "a")
        await world.eventually(world.has_nothing_unsent)
        async with world.consumer(broker, together=runs):
            await world.eventually(lambda: world.has_effects(4))
            await world.eventually(lambda: _is(world, "select count(*) = 1 from dead_letter"))
    await world.assert_each_once_and_in_order()


async def test_a_failure_that_passes_is_tried_again_until_all_is_done(world: Any) -> None:
    failures = iter([Unavailable(), Unavailable(), TimeoutError()])

    class Unsteady(Runs):
        def applied(self, event: UnitUpserted) -> None:
            if event.version == 3 and (failure := next(failures, None)):
                raise failure

    await world.emit("a", "a", "a", "a", "b")
    async with running(world, Unsteady()):
        await world.eventually(lambda: world.has_effects(5))
    assert next(failures, None) is None
    await world.assert_each_once_and_in_order()
    assert await world.count("select count(*) from dead_letter") == 0


async def test_a_run_whose_answer_is_lost_after_its_commit_comes_again_and_changes_nothing(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs, lost = Runs(), 0
    send = Broker.send

    async def losing(self: Broker, subject: str, data: bytes, *, reply: str = "") -> None:
        nonlocal lost
        if data == b"+ACK" and lost < 3:
            lost += 1
            raise BrokerUnavailable("the answer is lost")
        await send(self, subject, data, reply=reply)

    monkeypatch.setattr(Broker, "send", losing)
    await world.emit(*["a", "b"] * 20)
    async with running(world, runs) as broker:
        await world.eventually(lambda: world.has_effects(40))
        await world.eventually(lambda: _has_acknowledged(broker, 40))
    assert lost == 3
    assert sum(len(run) for run in runs.given) == 40, "what came again was not handed to the handler"
    await world.assert_each_once_and_in_order()


async def test_an_event_that_is_twice_in_one_run_is_applied_once(world: Any) -> None:
    runs = Runs()
    event = UnitUpserted(code="a", name="a", unit_type="supervised_unit", version=1)
    first = Envelope(
        id=uuid4(), type=event.type, time=Clock().now(), source="test", aggregate_id="a", version=1, actor="system",
        correlation_id="c",
    )  # fmt: skip
    later = first.model_copy(update={"id": uuid4(), "version": 2})
    broker = await world.connect()
    for number, envelope in enumerate((first, later, first, later, later)):
        headers = {**envelope.to_headers(), "Nats-Msg-Id": f"copy {number}"}
        body = event.model_copy(update={"version": envelope.version})
        await broker.publish(Message(envelope.subject, headers, body.to_data()))
    async with world.consumer(broker, together=runs):
        await world.eventually(lambda: world.has_effects(2))
        await world.eventually(lambda: _has_acknowledged(broker, 5))
    assert await world.rows("select version from effect order by seq") == [(1,), (2,)]


async def test_a_type_that_nobody_handles_by_itself_is_refused_at_the_start(world: Any) -> None:
    with pytest.raises(ValueError, match="by itself"):
        Consumer(
            durable=DURABLE,
            connection=None,  # type: ignore[arg-type]  # refused before it is used
            database=world.database,
            transactions=world.transactions,
            handlers={},
            together={EVENT: Runs()},
        )


async def _has_acknowledged(broker: Broker, number: int) -> bool:
    answer = await broker.request(f"CONSUMER.INFO.{EVENT_STREAM}.{DURABLE}")
    return bool(answer["ack_floor"]["stream_seq"] >= number)


async def _is(world: Any, query: str) -> bool:
    return bool(await world.count(query))
