"""The broker layer on a real server: nothing hangs, nothing is silently lost, every refusal shows."""

import asyncio
import base64
import contextlib
import time
from typing import Any
from uuid import uuid4

import pytest
from chassis.broker import Broker, BrokerRefused, BrokerUnavailable, Message, connect
from chassis.embedded import EmbeddedNats
from chassis.streams import EVENT_STREAM, platform_streams

STREAM_FULL = 10077
WRONG_LAST_SEQUENCE = 10071
DUPLICATE_IN_BATCH = 10201
SUBJECT = "evt.pool.unit.upserted.v1.-"


def message(message_id: str | None = None, **headers: str) -> Message:
    return Message(SUBJECT, {"Nats-Msg-Id": message_id or str(uuid4()), **headers}, b"{}")


async def stored(broker: Broker) -> int:
    return int((await broker.request(f"STREAM.INFO.{EVENT_STREAM}"))["state"]["messages"])


async def test_streams_are_made_once_and_brought_to_the_present_configuration(world: Any) -> None:
    broker = await world.connect()
    wanted = platform_streams(world.settings)
    await broker.ensure_streams(wanted)
    await broker.ensure_streams([{**stream, "max_age": 86_400 * 10**9} for stream in wanted])
    config = (await broker.request(f"STREAM.INFO.{EVENT_STREAM}"))["config"]
    assert config["max_age"] == 86_400 * 10**9
    assert config["discard"] == "new"
    assert config["allow_atomic"]
    assert config["deny_delete"]


async def test_several_services_may_make_the_streams_at_the_same_time(world: Any) -> None:
    brokers = [await connect(world.nats.url(), name=f"service-{number}") for number in range(4)]
    streams = platform_streams(world.settings)
    await asyncio.gather(*(broker.ensure_streams(streams) for broker in brokers))
    assert await stored(brokers[0]) == 0
    for broker in brokers:
        await broker.drain()


async def test_batch_is_stored_whole_and_in_order(world: Any) -> None:
    broker = await world.connect()
    batch = [message(f"id-{number}") for number in range(256)]
    await broker.publish_batch(batch)
    assert await stored(broker) == 256
    for sequence in (1, 128, 256):
        kept = (await broker.request(f"STREAM.MSG.GET.{EVENT_STREAM}", {"seq": sequence}))["message"]
        assert f"Nats-Msg-Id: id-{sequence - 1}\r\n" in base64.b64decode(kept["hdrs"]).decode()


async def test_batch_of_one_is_stored(world: Any) -> None:
    broker = await world.connect()
    await broker.publish_batch([message()])
    assert await stored(broker) == 1


async def test_batch_with_a_known_id_is_refused_whole(world: Any) -> None:
    broker = await world.connect()
    await broker.publish(message("known"))
    with pytest.raises(BrokerRefused) as refusal:
        await broker.publish_batch([message(), message("known"), message()])
    assert refusal.value.code == DUPLICATE_IN_BATCH
    assert await stored(broker) == 1


async def test_repeat_of_an_id_is_answered_as_stored_and_stored_once(world: Any) -> None:
    broker = await world.connect()
    for _ in range(3):
        await broker.publish(message("same"))
    assert await stored(broker) == 1


@pytest.mark.parametrize("in_batch", [False, True])
async def test_refusal_by_a_full_stream_shows_at_once(world: Any, in_batch: bool) -> None:
    broker = await world.connect()
    await broker.ensure_streams([{**stream, "max_bytes": 1024} for stream in platform_streams(world.settings)])
    large = Message(SUBJECT, {"Nats-Msg-Id": "large"}, b"x" * 2048)
    started = time.monotonic()
    with pytest.raises(BrokerRefused) as refusal:
        await (broker.publish_batch([large]) if in_batch else broker.publish(large))
    assert refusal.value.code == STREAM_FULL
    assert time.monotonic() - started < 2, "an error answer must not wait for a time-out"


async def test_refusal_of_a_stale_writer_shows_at_once(world: Any) -> None:
    broker = await world.connect()
    await broker.publish(message())
    with pytest.raises(BrokerRefused) as refusal:
        await broker.publish(message(**{"Nats-Expected-Last-Sequence": "7"}))
    assert refusal.value.code == WRONG_LAST_SEQUENCE


async def test_message_larger_than_the_server_takes_is_refused(world: Any) -> None:
    broker = await world.connect()
    with pytest.raises(BrokerRefused):
        await broker.publish(Message(SUBJECT, {"Nats-Msg-Id": "large"}, b"x" * (2 * 2**20)))


async def test_publish_without_a_stream_is_unavailable_not_silent(nats: EmbeddedNats) -> None:
    broker = await connect(nats.url(), name="test")
    with pytest.raises(BrokerUnavailable):
        await broker.publish(message())
    await broker.drain()


async def test_publish_during_an_outage_fails_at_once_and_is_not_sent_later(world: Any) -> None:
    broker = await world.connect()
    world.nats.kill()
    started = time.monotonic()
    with pytest.raises(BrokerUnavailable):
        await broker.publish(message("during the outage"), within=1)
    assert time.monotonic() - started < 2
    with pytest.raises(BrokerUnavailable):
        await broker.publish_batch([message("during the outage")], within=1)

    world.nats.start()
    await world.eventually(lambda: _answers(broker))
    assert await stored(broker) == 0
    for _ in range(2):
        await broker.publish(message("during the outage"))
    assert await stored(broker) == 1


async def test_connection_comes_back_after_a_kill(world: Any) -> None:
    broker = await world.connect()
    for round_number in range(2, 4):
        world.nats.kill()
        world.nats.start()
        await world.eventually(lambda: _answers(broker))
        assert broker.connects == round_number
    await broker.publish(message())


async def test_connect_waits_for_a_server_that_is_not_there_yet(nats: EmbeddedNats) -> None:
    url = nats.url()
    nats.kill()
    connecting = asyncio.create_task(connect(url, name="early"))
    await asyncio.wait({connecting}, timeout=0.3)
    assert not connecting.done()
    nats.start()
    async with asyncio.timeout(60):
        broker = await connecting
    await broker.ping()
    await broker.drain()


async def test_connect_gives_up_when_told_to_stop(nats: EmbeddedNats) -> None:
    nats.kill()
    stop = asyncio.Event()
    connecting = asyncio.create_task(connect("nats://127.0.0.1:1", name="early", stop=stop))
    stop.set()
    async with asyncio.timeout(60):
        with pytest.raises(BrokerUnavailable):
            await connecting


async def test_drain_works_twice_and_while_disconnected(world: Any) -> None:
    broker = await connect(world.nats.url(), name="test")
    world.nats.kill()
    await broker.drain()
    await broker.drain()


async def _answers(broker: Broker) -> bool:
    try:
        await broker.ping()
    except BrokerUnavailable:
        return False
    return True


def deaf_once(monkeypatch: pytest.MonkeyPatch, attempts: int) -> asyncio.Event:
    """The first attempts to connect hear no cancelling, as nats-py may after a failed handshake, until released."""
    released, opened, made = asyncio.Event(), Broker.open, 0

    async def open_deaf(self: Broker, url: str) -> None:
        nonlocal made
        made += 1
        if made > attempts:
            await opened(self, url)
            return
        while not released.is_set():
            with contextlib.suppress(asyncio.CancelledError):
                await released.wait()

    monkeypatch.setattr(Broker, "open", open_deaf)
    monkeypatch.setattr("chassis.broker._GIVE_UP_SECONDS", 0.05)
    return released


async def test_an_attempt_that_hears_nothing_does_not_hold_up_a_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    released = deaf_once(monkeypatch, attempts=1)
    stop = asyncio.Event()
    stop.set()
    async with asyncio.timeout(60):
        with pytest.raises(BrokerUnavailable, match="stopped before"):
            await connect("nats://127.0.0.1:1", name="test", stop=stop)
    released.set()


async def test_an_attempt_that_hears_nothing_is_replaced(
    monkeypatch: pytest.MonkeyPatch, nats_server: EmbeddedNats
) -> None:
    released = deaf_once(monkeypatch, attempts=2)
    monkeypatch.setattr("chassis.broker._ANEW_SECONDS", 2)
    async with asyncio.timeout(60):
        broker = await connect(nats_server.url(), name="test")
    await broker.ping()
    await broker.drain()
    released.set()
