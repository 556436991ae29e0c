"""The relay on real servers: every committed event is published, in order, by one leader, whatever is killed."""

import asyncio
import base64
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from chassis.broker import Broker, Message
from chassis.identity import SYSTEM
from chassis.outbox import OLDEST_UNSENT, Relay, purge_sent, refill, stage_raw
from chassis.streams import EVENT_STREAM, platform_streams
from chassis.telemetry import REGISTRY
from sqlalchemy import text


async def stored(broker: Broker) -> int:
    return int((await broker.request(f"STREAM.INFO.{EVENT_STREAM}"))["state"]["messages"])


async def stored_ids(broker: Broker) -> list[UUID]:
    """The event ids in the stream, in its order."""
    ids = []
    for sequence in range(1, await stored(broker) + 1):
        kept = (await broker.request(f"STREAM.MSG.GET.{EVENT_STREAM}", {"seq": sequence}))["message"]
        headers = dict(
            line.split(": ", 1) for line in base64.b64decode(kept["hdrs"]).decode().splitlines() if ": " in line
        )
        ids.append(UUID(headers["ce-id"]))
    return ids


async def outbox_ids(world: Any) -> list[UUID]:
    return [row[0] for row in await world.rows("select event_id from outbox order by id")]


async def test_committed_events_are_published_in_order_and_marked(world: Any) -> None:
    broker = await world.connect()
    async with world.relay(broker):
        await asyncio.gather(*(world.emit(*["a", "b", "c"] * 10) for _ in range(3)))
        await world.eventually(world.has_nothing_unsent)
    of = dict(await world.rows("select event_id, aggregate_id from outbox"))
    published, committed = await stored_ids(broker), await outbox_ids(world)
    assert len(published) == len(committed) == 90
    # Between aggregates nothing is promised: of two transactions at once, that with the higher number may commit first.
    for aggregate in set(of.values()):
        assert [one for one in published if of[one] == aggregate] == [one for one in committed if of[one] == aggregate]


async def test_commit_wakes_the_relay_well_before_its_poll(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chassis.outbox._POLL_SECONDS", 3600.0)
    broker = await world.connect()
    async with world.relay(broker):
        for _ in range(3):
            await world.emit("a")
            await world.eventually(world.has_nothing_unsent)


async def test_rolled_back_events_are_never_published(world: Any) -> None:
    broker = await world.connect()
    with pytest.raises(RuntimeError):
        await stage_and_fail(world)
    async with world.relay(broker):
        await world.emit("a")
        await world.eventually(world.has_nothing_unsent)
    assert await stored(broker) == 1


async def stage_and_fail(world: Any) -> None:
    async with world.transactions(SYSTEM) as uow:
        message_id = uuid4()
        message = Message("evt.pool.unit.upserted.v1.-", {"Nats-Msg-Id": str(message_id)}, b"{}")
        await stage_raw(uow.session, event_id=message_id, message=message, aggregate_id="a", version=1)
        raise RuntimeError


async def test_events_written_while_the_broker_is_away_are_published_when_it_returns(world: Any) -> None:
    broker = await world.connect()
    async with world.relay(broker):
        await world.emit("a")
        await world.eventually(world.has_nothing_unsent)
        world.nats.kill()
        await world.emit("a", "b", "a")
        world.nats.start()
        await world.eventually(world.has_nothing_unsent)
    assert await stored_ids(broker) == await outbox_ids(world)


async def test_a_full_stream_holds_events_back_until_there_is_room(world: Any) -> None:
    broker = await world.connect()
    streams = platform_streams(world.settings)
    await broker.ensure_streams([{**stream, "max_bytes": 2048} for stream in streams])
    async with world.relay(broker):
        await world.emit(*["a"] * 10)
        await world.eventually(lambda: _is(world, "select count(*) between 1 and 9 from outbox where sent_at is null"))
        await broker.ensure_streams(streams)
        await world.eventually(world.has_nothing_unsent)
    assert await stored_ids(broker) == await outbox_ids(world)


async def test_relay_that_died_between_publish_and_mark_is_followed_without_repeats_in_the_stream(world: Any) -> None:
    broker = await world.connect()
    await world.emit("a", "b", "a")
    async with world.database.engine.connect() as connection:
        assert await Relay(world.database, broker).publish_batch(connection) == 3
        await connection.rollback()  # published, but the mark is lost with the relay
    await world.emit("b")
    assert not await world.has_nothing_unsent()
    async with world.relay(broker):
        await world.eventually(world.has_nothing_unsent)
    assert await stored_ids(broker) == await outbox_ids(world)


async def test_of_two_relays_one_leads_and_the_other_takes_over(world: Any) -> None:
    first, second = await world.connect(), await world.connect()
    async with world.relay(first), world.relay(second):
        await world.emit(*["a"] * 20)
        await world.eventually(world.has_nothing_unsent)
        for _ in range(2):
            assert await world.count("select count(*) from pg_locks where locktype = 'advisory' and granted") == 1
            await world.cut_leaders()
            await world.emit(*["a"] * 20)
            await world.eventually(world.has_nothing_unsent)
    assert await stored_ids(first) == await outbox_ids(world)


async def test_lost_stream_is_made_again_and_refilled_from_the_outbox(world: Any) -> None:
    broker = await world.connect()
    async with world.relay(broker):
        await world.emit(*["a"] * 5)
        await world.eventually(world.has_nothing_unsent)
        await broker.request(f"STREAM.DELETE.{EVENT_STREAM}")
        await world.emit("a")
        await world.eventually(world.has_nothing_unsent)
        assert await stored(broker) == 1
        await broker.request(f"STREAM.PURGE.{EVENT_STREAM}")
        assert await refill(world.database) == 6
        await world.eventually(world.has_nothing_unsent)


async def test_refill_can_begin_at_an_outbox_id(world: Any) -> None:
    broker = await world.connect()
    async with world.relay(broker):
        await world.emit(*["a"] * 5)
        await world.eventually(world.has_nothing_unsent)
    last = await world.count("select max(id) from outbox")
    assert await refill(world.database, from_id=last - 1) == 2


async def test_purge_removes_old_sent_rows_only(world: Any) -> None:
    broker = await world.connect()
    async with world.relay(broker):
        await world.emit("a", "a")
        await world.eventually(world.has_nothing_unsent)
    await world.emit("a")
    async with world.database.sessions.begin() as session:
        await session.execute(text("update outbox set sent_at = now() - interval '91 days' where id = 1"))
    assert await purge_sent(world.database, timedelta(days=90)) == 1
    assert await world.count("select count(*) from outbox") == 2
    assert await purge_sent(world.database, timedelta(0)) == 1, "the unsent row stays, however old"


async def test_events_and_dead_letters_leave_through_one_outbox(world: Any) -> None:
    broker = await world.connect()
    await world.emit("a")
    async with world.transactions(SYSTEM) as uow:
        message_id = uuid4()
        message = Message("dlq.counting.evt.x", {"Nats-Msg-Id": str(message_id)}, b"{}")
        await stage_raw(uow.session, event_id=message_id, message=message, aggregate_id="x", version=0)
    await world.emit("a")
    async with world.relay(broker):
        await world.eventually(world.has_nothing_unsent)
    assert await stored(broker) == 2
    assert (await broker.request("STREAM.INFO.DLQ"))["state"]["messages"] == 1


async def test_outbox_order_follows_the_lock_on_the_aggregate(world: Any) -> None:
    await asyncio.gather(*(world.emit(*["a"] * 10) for _ in range(8)))
    versions = [row[0] for row in await world.rows("select version from outbox order by id")]
    assert versions == list(range(1, 81))


async def test_relay_waits_for_the_database_to_come_back(world: Any) -> None:
    broker = await world.connect()
    async with world.relay(broker):
        await world.emit("a")
        await world.eventually(world.has_nothing_unsent)
        await world.cut_everyone()
        await world.emit("a")
        await world.eventually(world.has_nothing_unsent)
    assert await stored_ids(broker) == await outbox_ids(world)


async def _is(world: Any, question: str) -> bool:
    return bool((await world.rows(question))[0][0])


async def test_a_relay_that_stands_by_says_nothing_about_waiting_events(world: Any) -> None:
    """Its last measure as a leader would otherwise stay, and ring an alarm for ever."""
    async with world.database.engine.connect() as leader:
        await leader.execute(text("select pg_advisory_lock(hashtextextended('leader relay', 0))"))
        OLDEST_UNSENT.set(42)
        async with world.relay(await world.connect()):
            await world.eventually(_is_silent)


async def _is_silent() -> bool:
    return REGISTRY.get_sample_value("heli_outbox_oldest_unsent_seconds") == 0
