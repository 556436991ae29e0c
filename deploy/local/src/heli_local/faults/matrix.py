"""The matrix: what is broken, and how."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from heli_local.faults.world import Kind, World

HOLD_EVENTS = 100
"""How many events are committed while a fault lasts."""
HOLD_S = 2.0
"""How long a fault lasts during which nothing can be committed."""
DRAWN_AT_ONCE = 3
SEVERAL = "several"
ORDINARY, CARELESS = Kind(), Kind(careless=True)

Strike = Callable[[World, int], Awaitable[None]]


@dataclass(frozen=True)
class Fault:
    """One row of the matrix; ``strike`` breaks something, in the n-th round, and mends it, in a world of that kind."""

    name: str
    title: str
    strike: Strike
    kind: Kind = ORDINARY


async def _hold(world: World, *, can_commit: bool) -> None:
    if can_commit:
        await world.meanwhile(HOLD_EVENTS)
    else:
        await asyncio.sleep(HOLD_S)


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
        await world.meanwhile(HOLD_EVENTS)
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
        await _hold(world, can_commit="postgres" not in chosen)
        world.resume(*chosen)

    return strike


async def _slow(world: World, _number: int) -> None:
    proxies = (*world.broker_proxies, world.database_proxy)
    for proxy in proxies:
        proxy.delay_s = 0.05
    await world.meanwhile(HOLD_EVENTS)
    for proxy in proxies:
        proxy.heal()


def _half_open(*, database: bool) -> Strike:
    async def strike(world: World, _number: int) -> None:
        proxies = [world.database_proxy] if database else world.broker_proxies
        for proxy in proxies:
            proxy.go_silent()
        await _hold(world, can_commit=not database)
        for proxy in proxies:
            proxy.heal()

    return strike


async def _cut(world: World, _number: int) -> None:
    for proxy in (*world.broker_proxies, world.database_proxy):
        proxy.cut()


async def _clock_jumps(world: World, number: int) -> None:
    for seconds in ((3600.0, -7200.0, 0.0), (-86400.0, 86400.0, 0.0))[number % 2]:
        world.jump_clock(seconds)
        await world.meanwhile(HOLD_EVENTS // 3)


async def _system_clock_jumps(world: World, number: int) -> None:
    for seconds in ((3600.0, -7200.0, 0.0), (-86400.0, 86400.0, 0.0))[number % 2]:
        await world.turn_system_clock(seconds)
        await world.meanwhile(HOLD_EVENTS // 3)


async def _several(world: World, number: int) -> None:
    """Faults drawn by the number of the round, each before the world has recovered from the one before."""
    drawn = random.Random(number)  # noqa: S311 - not a secret
    for fault in drawn.sample([one for one in MATRIX if one.kind == ORDINARY and one.name != SEVERAL], DRAWN_AT_ONCE):
        await fault.strike(world, number)


async def _broker_disks_full(world: World, _number: int) -> None:
    """As docs/operators/full-disk.md says: make room, then restart the servers that gave up."""
    with world.filled("nats-0", "nats-1", "nats-2"):
        await world.meanwhile(HOLD_EVENTS)
    for broker in world.brokers:
        broker.stop()
        broker.start()


async def _database_disk_full(world: World, _number: int) -> None:
    with world.filled("postgres"):
        await asyncio.sleep(HOLD_S)
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
    Fault(
        "system-clock-jumps",
        "the clock of programs and PostgreSQL, by hours forwards and back",
        _system_clock_jumps,
        Kind(skewed=True),
    ),
    Fault(SEVERAL, f"{DRAWN_AT_ONCE} of the faults above, drawn, one upon the other", _several),
    Fault(
        "broker-disks-full",
        "the disks of all three brokers full, then mended",
        _broker_disks_full,
        Kind(small_disks=True),
    ),
    Fault(
        "database-disk-full", "the disk of PostgreSQL full, then mended", _database_disk_full, Kind(small_disks=True)
    ),
)
BASELINE = (
    Fault("producer-killed", "the process that commits, SIGKILL", _killed("producer"), CARELESS),
    Fault("quorum-lost", "two of three brokers, SIGKILL", _brokers_lost(2), CARELESS),
    Fault("brokers-lost", "all three brokers, SIGKILL", _brokers_lost(3), CARELESS),
    Fault("everything-killed", "a broker, PostgreSQL and all programs at once", _everything_killed, CARELESS),
)
"""What commit-then-publish, the usual way, does under the same faults."""

BY_NAME = {fault.name: fault for fault in MATRIX}
_ALL = {(fault.name, fault.kind.careless): fault for fault in (*MATRIX, *BASELINE)}


def find(name: str, *, careless: bool) -> Fault:
    """The fault of that name, in the matrix or in the baseline."""
    return _ALL[name, careless]
