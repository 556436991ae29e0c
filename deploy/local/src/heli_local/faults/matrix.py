"""The matrix: what is broken, how, and the blocks of rounds in which it is done and judged."""

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from chassis.embedded.process import scratch_folder

from heli_local.faults.report import Block
from heli_local.faults.world import NeverSettled, World

HOLD_S = 1.5
"""How long a fault lasts that is not over at once."""

Strike = Callable[[World, int], Awaitable[None]]
Say = Callable[[str], None]


@dataclass(frozen=True)
class Fault:
    """One row of the matrix; ``strike`` breaks something, in the n-th round, and mends it."""

    name: str
    title: str
    strike: Strike
    needs_small_disks: bool = False
    careless: bool = False


def _killed(*programs: str) -> Strike:
    async def strike(world: World, number: int) -> None:
        victims = [f"{name}-{number % 2 + 1}" if name in {"relay", "consumer"} else name for name in programs]
        for victim in victims:
            world.kill_program(victim)
        for victim in victims:
            world.start_program(victim)

    return strike


async def _both_relays_and_consumers(world: World, _number: int) -> None:
    names = ("relay-1", "relay-2", "consumer-1", "consumer-2")
    for name in names:
        world.kill_program(name)
    for name in names:
        world.start_program(name)


def _brokers_lost(count: int) -> Strike:
    async def strike(world: World, number: int) -> None:
        lost = [(number + step) % 3 for step in range(count)]
        for one in lost:
            world.kill_broker(one)
        await asyncio.sleep(HOLD_S)
        for one in lost:
            world.brokers[one].start()

    return strike


async def _database_killed(world: World, _number: int) -> None:
    world.kill_database()
    world.postgres.start()


async def _database_restarted(world: World, _number: int) -> None:
    world.postgres.stop()
    world.postgres.start()


async def _everything_killed(world: World, number: int) -> None:
    world.kill_broker(number % 3)
    world.kill_database()
    await _both_relays_and_consumers(world, number)
    world.kill_program("producer")
    world.postgres.start()
    world.brokers[number % 3].start()
    world.start_program("producer")


def _paused(*names: str) -> Strike:
    async def strike(world: World, number: int) -> None:
        chosen = [f"nats-{number % 3}" if name == "nats" else name for name in names]
        world.pause(*chosen)
        await asyncio.sleep(HOLD_S * 2)
        world.resume(*chosen)

    return strike


async def _slow(world: World, _number: int) -> None:
    proxies = (*world.broker_proxies, world.database_proxy)
    for proxy in proxies:
        proxy.delay_s = 0.05
    await asyncio.sleep(HOLD_S * 2)
    for proxy in proxies:
        proxy.heal()


def _half_open(*, database: bool) -> Strike:
    async def strike(world: World, _number: int) -> None:
        proxies = [world.database_proxy] if database else world.broker_proxies
        for proxy in proxies:
            proxy.go_silent()
        await asyncio.sleep(HOLD_S * 2)
        for proxy in proxies:
            proxy.heal()

    return strike


async def _cut(world: World, _number: int) -> None:
    for proxy in (*world.broker_proxies, world.database_proxy):
        proxy.cut()


async def _clock_jumps(world: World, number: int) -> None:
    for seconds in ((3600.0, -7200.0, 0.0), (-86400.0, 86400.0, 0.0))[number % 2]:
        world.jump_clock(seconds)
        await asyncio.sleep(HOLD_S / 3)


async def _broker_disks_full(world: World, _number: int) -> None:
    """As docs/operators/full-disk.md says: make room, then restart the servers that gave up."""
    with world.filled("nats-0", "nats-1", "nats-2"):
        await asyncio.sleep(HOLD_S * 2)
    for broker in world.brokers:
        broker.stop()
        broker.start()


async def _database_disk_full(world: World, _number: int) -> None:
    with world.filled("postgres"):
        await asyncio.sleep(HOLD_S * 2)
    if not world.postgres.is_alive():
        world.postgres.start()


MATRIX = (
    Fault("producer-killed", "the process that commits, SIGKILL", _killed("producer")),
    Fault("relay-killed", "a relay, SIGKILL", _killed("relay")),
    Fault("consumer-killed", "a consumer, SIGKILL", _killed("consumer")),
    Fault("workers-killed", "all relays and consumers, SIGKILL", _both_relays_and_consumers),
    Fault("broker-lost", "one of three brokers, SIGKILL", _brokers_lost(1)),
    Fault("quorum-lost", "two of three brokers, SIGKILL", _brokers_lost(2)),
    Fault("brokers-lost", "all three brokers, SIGKILL", _brokers_lost(3)),
    Fault("database-killed", "PostgreSQL and its backends, SIGKILL", _database_killed),
    Fault("database-restarted", "PostgreSQL, orderly restart", _database_restarted),
    Fault("everything-killed", "a broker, PostgreSQL, all relays, consumers and producers at once", _everything_killed),
    Fault("consumers-paused", "both consumers, SIGSTOP", _paused("consumer-1", "consumer-2")),
    Fault("relays-paused", "both relays, SIGSTOP", _paused("relay-1", "relay-2")),
    Fault("broker-paused", "one of three brokers, SIGSTOP", _paused("nats")),
    Fault("database-paused", "PostgreSQL and its backends, SIGSTOP", _paused("postgres")),
    Fault("network-slow", "50 ms more in each direction, to brokers and database", _slow),
    Fault("brokers-half-open", "connections to the brokers stay and carry nothing", _half_open(database=False)),
    Fault("database-half-open", "connections to PostgreSQL stay and carry nothing", _half_open(database=True)),
    Fault("network-cut", "every connection reset", _cut),
    Fault("clock-jumps", "the clock that dates events, by hours forwards and back", _clock_jumps),
    Fault("broker-disks-full", "the disks of all three brokers full, then mended", _broker_disks_full, True),
    Fault("database-disk-full", "the disk of PostgreSQL full, then mended", _database_disk_full, True),
)
BASELINE = (
    Fault("producer-killed", "the process that commits, SIGKILL", _killed("producer"), careless=True),
    Fault("quorum-lost", "two of three brokers, SIGKILL", _brokers_lost(2), careless=True),
    Fault("brokers-lost", "all three brokers, SIGKILL", _brokers_lost(3), careless=True),
    Fault("everything-killed", "a broker, PostgreSQL and all programs at once", _everything_killed, careless=True),
)
"""What commit-then-publish, the usual way, does under the same faults."""

BY_NAME = {fault.name: fault for fault in MATRIX}


@dataclass(frozen=True)
class Pace:
    """How much of it is done."""

    rounds: int = 5
    events: int = 300
    rate: float = 200.0


async def run_blocks(
    faults: list[Fault], pace: Pace, on_block: Callable[[Block], None], *, until: float = float("inf")
) -> None:
    """Run one block of rounds of each fault in turn, worlds of one kind together; stops before ``until`` (monotonic).

    Raises:
        NeverSettled: something committed never arrived.
    """

    def kind_of(fault: Fault) -> tuple[bool, bool]:
        return fault.needs_small_disks, fault.careless

    for (small, careless), group in itertools.groupby(faults, kind_of):
        if time.monotonic() > until:
            return
        with scratch_folder() as folder:
            async with World(Path(folder), rate=pace.rate, careless=careless, on_small_disks=small) as world:
                for fault in group:
                    if time.monotonic() > until:
                        return
                    on_block(await _run_block(world, fault, pace))


async def _run_block(world: World, fault: Fault, pace: Pace) -> Block:
    began = time.monotonic()
    stalls = []
    try:
        for number in range(pace.rounds):
            await world.progress(pace.events)
            await fault.strike(world, number)
            mended = time.monotonic()
            await world.progress(1)
            stalls.append(time.monotonic() - mended)
        verdict = await world.settle(complete=not fault.careless)
    except NeverSettled as error:
        message = f"{fault.name}: {error}"
        raise NeverSettled(message) from error
    return Block(
        fault=fault.name,
        careless=fault.careless,
        rounds=pace.rounds,
        committed=verdict.committed,
        lost=verdict.lost,
        doubled=verdict.doubled,
        disordered=verdict.disordered,
        longest_stall_s=round(max(stalls), 1),
        seconds=round(time.monotonic() - began, 1),
    )
