"""The consumer on real servers: each event is applied once and in order; what cannot be applied stops nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from chassis.broker import Broker, Message
from chassis.consumer import Consumer
from chassis.dead_letters import Undecodable, redrive
from chassis.errors import Conflict, NotFound, Unavailable
from chassis.inbox_marks import purge_inbox
from chassis.outbox import refill
from chassis.pull import open_pull
from chassis.streams import EVENT_STREAM
from chassis.telemetry import REGISTRY
from sqlalchemy import text

DURABLE = "counting"


@pytest.fixture
def apply(world: Any) -> Any:
    """The handler that logs effects, as the world's own consumer uses it."""
    return world.log_effect


@asynccontextmanager
async def running(world: Any, handler: Any = None) -> AsyncIterator[Broker]:
    """A relay and a consumer on one connection."""
    broker = await world.connect()
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(world.relay(broker))
        await stack.enter_async_context(world.consumer(broker, handler))
        yield broker


def redelivered() -> float:
    return REGISTRY.get_sample_value("heli_consumer_redelivered_total", {"consumer": DURABLE}) or 0.0


async def durable(broker: Broker) -> dict[str, Any]:
    return await broker.request(f"CONSUMER.INFO.{EVENT_STREAM}.{DURABLE}")


async def test_bursts_arrive_once_in_order_and_without_redelivery(world: Any) -> None:
    before = redelivered()
    async with running(world):
        for burst in (1, 20, 3, 30, 10):
            await asyncio.gather(*(world.emit(*["a", "b"] * burst) for _ in range(2)))
        await world.eventually(lambda: world.has_effects(2 * 2 * 64))
        await world.assert_each_once_and_in_order()
    assert redelivered() == before


async def test_effect_and_inbox_row_commit_together(world: Any) -> None:
    async with running(world):
        await world.emit("a")
        await world.eventually(lambda: world.has_effects(1))
    assert await world.rows("select event_id from inbox") == await world.rows("select event_id from effect")


async def test_what_follows_from_an_event_names_it_as_its_cause(world: Any) -> None:
    causes = []

    async def remember(uow: Any, envelope: Any, _event: Any) -> None:
        causes.append((uow.cause, envelope))

    async with running(world, remember):
        await world.emit("a")
        await world.eventually(lambda: _true(causes))
    cause, envelope = causes[0]
    assert cause.causation_id == str(envelope.id)
    assert cause.correlation_id == envelope.correlation_id
    assert envelope.causation_id == envelope.correlation_id, "what no event caused names the request"
    assert cause.traceparent[:35] == envelope.traceparent[:35], "the same trace"


async def test_idle_consumer_goes_on_after_the_broker_was_killed(world: Any) -> None:
    async with running(world):
        for total in (1, 2, 3):
            await world.emit("a")
            await world.eventually(lambda total=total: world.has_effects(total))
            world.nats.kill()
            world.nats.start()
        await world.emit("a")
        await world.eventually(lambda: world.has_effects(4))
    await world.assert_each_once_and_in_order()


async def test_deleted_durable_is_made_again_and_nothing_is_lost_or_doubled(world: Any) -> None:
    async with running(world) as broker:
        await world.emit(*["a"] * 5)
        await world.eventually(lambda: world.has_effects(5))
        await broker.request(f"CONSUMER.DELETE.{EVENT_STREAM}.{DURABLE}")
        await world.emit(*["a"] * 5)
        await world.eventually(lambda: world.has_effects(10))
        await world.eventually(lambda: _has_acknowledged(broker, 10))
    await world.assert_each_once_and_in_order()


async def test_durable_deleted_behind_a_silent_server_is_noticed_by_the_check(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.consumer._CHECK_SECONDS", 0.0)

    async def only_silence(*_: Any) -> AsyncIterator[Any]:
        nothing: tuple[Any, ...] = ()
        for never in nothing:
            yield never

    async with running(world) as broker:
        await world.emit("a")
        await world.eventually(lambda: world.has_effects(1))
        with monkeypatch.context() as silent:
            silent.setattr("chassis.pull.Pull.bundles", only_silence)
            await broker.request(f"CONSUMER.DELETE.{EVENT_STREAM}.{DURABLE}")
            await world.eventually(lambda: _exists(broker))
        await world.emit("a")
        await world.eventually(lambda: world.has_effects(2))
    await world.assert_each_once_and_in_order()


async def test_lost_stream_comes_back_and_the_consumer_with_it(world: Any) -> None:
    async with running(world) as broker:
        await world.emit("a", "a")
        await world.eventually(lambda: world.has_effects(2))
        await broker.request(f"STREAM.DELETE.{EVENT_STREAM}")
        await world.emit("a")
        await world.eventually(lambda: world.has_effects(3))
    await world.assert_each_once_and_in_order()


async def test_unacknowledged_messages_of_a_dead_consumer_come_first(world: Any) -> None:
    broker = await world.connect()
    async with world.relay(broker):
        async with world.consumer(broker):
            await world.emit("a")
            await world.eventually(lambda: world.has_effects(1))
        await world.emit(*["a"] * 10)
        await world.eventually(world.has_nothing_unsent)
        await take_without_answer(broker, 6)
        async with world.consumer(broker):
            await world.eventually(lambda: world.has_effects(11))
    await world.assert_each_once_and_in_order()


async def take_without_answer(broker: Broker, number: int) -> None:
    """Be delivered messages and die."""
    async with open_pull(broker, EVENT_STREAM, DURABLE) as pull:
        taken = [message async for message in pull.messages(number, 1.0)]
    assert len(taken) == number


async def test_of_two_consumers_one_leads_and_the_other_takes_over(world: Any) -> None:
    first, second = await world.connect(), await world.connect()
    async with world.relay(first), world.consumer(second):
        async with world.consumer(first):
            await world.emit(*["a"] * 30)
            await world.eventually(lambda: world.has_effects(30))
        await world.emit(*["a"] * 30)
        await world.eventually(lambda: world.has_effects(60))
    await world.assert_each_once_and_in_order()


async def test_transient_failure_is_retried_in_place_and_keeps_the_order(world: Any, apply: Any) -> None:
    failures = iter([Unavailable(), TimeoutError(), Unavailable()])

    async def unsteady(uow: Any, envelope: Any, event: Any) -> None:
        await apply(uow, envelope, event)
        if event.version == 2 and (failure := next(failures, None)):
            raise failure

    async with running(world, unsteady):
        await world.emit("a", "a", "b", "a")
        await world.eventually(lambda: world.has_effects(4))
    assert next(failures, None) is None
    await world.assert_each_once_and_in_order()
    assert await world.count("select count(*) from dead_letter") == 0


async def test_permanent_failure_becomes_a_dead_letter_and_what_follows_is_applied(world: Any, apply: Any) -> None:
    async def refusing(uow: Any, envelope: Any, event: Any) -> None:
        await apply(uow, envelope, event)
        if event.code == "bad":
            raise Conflict

    async with running(world, refusing) as broker:
        await world.emit("a", "bad", "a")
        await world.eventually(lambda: world.has_effects(2))
        await world.eventually(lambda: _dead_letters_in_stream(broker, 1))
    rows = await world.rows("select consumer, subject, error_code, error_class from dead_letter")
    assert rows == [(DURABLE, "evt.pool.unit.upserted.v1.-", "conflict", "chassis.errors.Conflict")]
    assert await world.rows("select code from effect order by seq") == [("a",), ("a",)], "its effect was rolled back"
    assert await world.count("select count(*) from inbox") == 3
    last = (await broker.request("STREAM.MSG.GET.DLQ", {"seq": 1}))["message"]
    assert last["subject"] == f"dlq.{DURABLE}.evt.pool.unit.upserted.v1.-"


async def test_unknown_failure_is_retried_a_few_times_then_buried(
    world: Any, apply: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.consumer._LONGEST_RETRY_SECONDS", 0.01)
    attempts = 0

    async def broken(uow: Any, envelope: Any, event: Any) -> None:
        nonlocal attempts
        await apply(uow, envelope, event)
        if event.code == "bad":
            attempts += 1
            raise ZeroDivisionError

    async with running(world, broken):
        await world.emit("bad", "a")
        await world.eventually(lambda: world.has_effects(1))
    assert attempts == 8
    assert await world.rows("select error_code, error_class from dead_letter") == [
        ("unexpected", "builtins.ZeroDivisionError")
    ]


async def test_message_that_is_no_event_is_buried_once_though_it_has_no_id(world: Any) -> None:
    async with running(world) as broker:
        for _ in range(2):
            await broker.publish(Message("evt.pool.unit.upserted.v1.-", {"Nats-Msg-Id": str(uuid4())}, b"not json"))
        await world.emit("a")
        await world.eventually(lambda: world.has_effects(1))
    codes = await world.rows("select error_code from dead_letter")
    assert codes == [("undecodable",), ("undecodable",)]


async def test_dead_letter_does_not_carry_its_place_in_a_former_batch(world: Any, apply: Any) -> None:
    async def refusing(_uow: Any, _envelope: Any, _event: Any) -> None:
        raise Conflict

    await world.emit("bad", "bad", "bad")
    async with running(world, refusing) as broker:
        await world.eventually(lambda: _dead_letters_in_stream(broker, 3))
    headers = [row[0] for row in await world.rows("select headers from dead_letter")]
    assert not [name for one in headers for name in one if name.lower().startswith("nats-")]


async def test_dead_letter_is_applied_once_on_request(world: Any, apply: Any) -> None:
    async def refusing(_uow: Any, _envelope: Any, _event: Any) -> None:
        raise Conflict

    async with running(world, refusing):
        await world.emit("a")
        await world.eventually(lambda: _is(world, "select count(*) = 1 from dead_letter"))
    number = await world.count("select id from dead_letter")
    with pytest.raises(Conflict):
        await redrive(world.transactions, {"pool.unit.upserted.v1": refusing}, number)
    with pytest.raises(Undecodable):
        await redrive(world.transactions, {}, number)
    await redrive(world.transactions, {"pool.unit.upserted.v1": apply}, number)
    with pytest.raises(NotFound):
        await redrive(world.transactions, {"pool.unit.upserted.v1": apply}, number)
    await world.assert_each_once_and_in_order()


async def test_events_of_other_types_never_come(world: Any) -> None:
    async with running(world) as broker:
        await broker.publish(Message("evt.clue.clue.registered.v1.cdi-a", {"Nats-Msg-Id": str(uuid4())}, b"{}"))
        await world.emit("a")
        await world.eventually(lambda: world.has_effects(1))
    assert await world.count("select count(*) from dead_letter") == 0


async def test_unknown_type_in_the_handlers_is_refused_at_the_start(world: Any) -> None:
    with pytest.raises(ValueError, match=r"no\.such\.event\.v1"):
        Consumer(
            durable=DURABLE,
            connection=None,  # type: ignore[arg-type]  # refused before it is used
            database=world.database,
            transactions=world.transactions,
            handlers={"no.such.event.v1": world.log_effect},
        )


async def test_stop_finishes_and_acknowledges_the_message_in_hand(world: Any, apply: Any) -> None:
    entered, go_on = asyncio.Event(), asyncio.Event()

    async def slow(uow: Any, envelope: Any, event: Any) -> None:
        await apply(uow, envelope, event)
        entered.set()
        await go_on.wait()

    broker = await world.connect()
    async with world.relay(broker):
        await world.emit("a", "a", "a")
        async with asyncio.timeout(60), world.consumer(broker, slow):
            await entered.wait()
            asyncio.get_running_loop().call_later(0.2, go_on.set)
        assert await world.effects() == 1
        await world.eventually(lambda: _has_acknowledged(broker, 1))
        async with world.consumer(broker):
            await world.eventually(lambda: world.has_effects(3))
    await world.assert_each_once_and_in_order()


async def test_repeat_that_the_stream_let_through_is_applied_once(world: Any) -> None:
    async with running(world) as broker:
        await world.emit("a", "b", "a")
        await world.eventually(lambda: world.has_effects(3))
        await broker.request(f"STREAM.PURGE.{EVENT_STREAM}")
        world.nats.kill()  # a server knows again the ids of what its stream holds, and of nothing else
        world.nats.start()
        assert await refill(world.database) == 3
        await world.emit("b")
        await world.eventually(lambda: world.has_effects(4))
        stream = await broker.request(f"STREAM.INFO.{EVENT_STREAM}")
        assert stream["state"]["messages"] == 4, "three repeats, let through, and what came after them"
    await world.assert_each_once_and_in_order()


async def test_purge_forgets_old_inbox_rows_only(world: Any) -> None:
    async with world.database.sessions.begin() as session:
        for age in (101, 99):
            await session.execute(
                text("insert into inbox values ('c', :id, now() - cast(:age as interval))"),
                {"id": UUID(int=age), "age": timedelta(days=age)},
            )
    assert await purge_inbox(world.database, timedelta(days=100)) == 1
    assert await world.rows("select event_id from inbox") == [(UUID(int=99),)]


async def _true(values: list[Any]) -> bool:
    return bool(values)


async def _exists(broker: Broker) -> bool:
    names = (await broker.request(f"CONSUMER.NAMES.{EVENT_STREAM}"))["consumers"]
    return DURABLE in (names or [])


async def _has_acknowledged(broker: Broker, number: int) -> bool:
    return bool((await durable(broker))["ack_floor"]["stream_seq"] >= number)


async def _dead_letters_in_stream(broker: Broker, number: int) -> bool:
    return bool((await broker.request("STREAM.INFO.DLQ"))["state"]["messages"] >= number)


async def _is(world: Any, question: str) -> bool:
    return bool((await world.rows(question))[0][0])
