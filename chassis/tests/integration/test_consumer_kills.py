"""SIGKILL in the middle of a stream of events: each is applied once, in order per aggregate, none is lost."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from chassis.testing.counting import CONSUMER, TOGETHER

CODES = ("a", "b", "c", "d", "e")
rounds = pytest.mark.parametrize(
    "rounds", [pytest.param(1, id="one"), pytest.param(20, marks=pytest.mark.proof, id="many")]
)


async def produce(world: Any, stop: asyncio.Event, seed: int) -> None:
    """Emit without pause until told to stop; each event is committed when this goes on."""
    choose = random.Random(seed)
    while not stop.is_set():
        await world.emit(choose.choice(CODES))


async def under_fire(world: Any, rounds: int, kill: Callable[[], Awaitable[None]]) -> None:
    """Produce from two sides while ``kill`` strikes, each time after some events went through; then count."""
    stop = asyncio.Event()
    producers = [asyncio.create_task(produce(world, stop, seed)) for seed in range(2)]
    try:
        for _ in range(rounds):
            done = await world.effects()
            await world.eventually(lambda done=done: world.has_effects(done + 25))
            await kill()
    finally:
        stop.set()
        await asyncio.gather(*producers)
    total = await world.count("select sum(version) from counter")
    await world.eventually(lambda: world.has_effects(total))
    await world.assert_each_once_and_in_order()
    assert await world.has_nothing_unsent()
    assert await world.count("select count(*) from dead_letter") == 0


@rounds
async def test_broker_killed_mid_stream(world: Any, rounds: int) -> None:
    async def kill() -> None:
        world.nats.kill()
        world.nats.start()

    broker = await world.connect()
    async with world.relay(broker), world.consumer(broker):
        await under_fire(world, rounds, kill)


@rounds
@pytest.mark.parametrize("consumer", [CONSUMER, TOGETHER])
async def test_worker_killed_mid_stream(world: Any, rounds: int, consumer: str) -> None:
    """Relay and consumer die together, wherever they are; another process takes over from what they left."""
    workers = [await world.start_worker(consumer)]

    async def kill() -> None:
        workers[-1].kill()
        await workers[-1].wait()
        workers.append(await world.start_worker(consumer))

    await under_fire(world, rounds, kill)


@rounds
async def test_broker_and_worker_killed_together(world: Any, rounds: int) -> None:
    workers = [await world.start_worker()]

    async def kill() -> None:
        world.nats.kill()
        workers[-1].kill()
        await workers[-1].wait()
        world.nats.start()
        workers.append(await world.start_worker())

    await under_fire(world, rounds, kill)


@rounds
async def test_database_connections_of_relay_and_consumer_cut_mid_stream(world: Any, rounds: int) -> None:
    broker = await world.connect()
    async with world.relay(broker), world.consumer(broker):
        await under_fire(world, rounds, world.cut_leaders)
