"""From a producer's commit to the reader's open inbox at 100 events per second, and what the relay carries."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from uuid import UUID, uuid4

import httpx2
import uvloop
from chassis.broker import Broker, connect
from chassis.db import Database
from chassis.embedded.process import log_tail
from chassis.identity import SYSTEM
from chassis.outbox import Relay
from chassis.settings import PlatformSettings
from chassis.streams import ensure_streams
from chassis.testing.harness import TestIssuer
from chassis.uow import Emission
from sqlalchemy import text

from doors import serving
from doors.figures import Part, at, at_rate, cpu_s, floor_ms, row, spread
from doors.stage import COMMISSION, Stage, people, producing, registered, staged

_READER = "supervisor"
_RATE = 100
_RELAY_MUST, _ARRIVAL_MUST = 4_000, 150
_LOST_AFTER_S = 90


def measure(is_quick: bool) -> Part:
    """Both figures on the same servers."""
    with staged() as stage:
        return uvloop.run(_measure(stage, is_quick=is_quick))


async def _measure(stage: Stage, *, is_quick: bool) -> Part:
    await people(stage, [_READER])
    arrived, count, cpu_ms = await _arrived(stage, seconds=4 if is_quick else 20)
    carried = await _carried(stage, 2_000 if is_quick else 10_000, rounds=2 if is_quick else 3)
    rate, p99 = sorted(carried)[len(carried) // 2], at(arrived, 0.99)
    return {
        "rows": [
            row(
                "relay: outbox to stream with every write synced, events/s",
                f"≥ {_RELAY_MUST:,}",
                f"{rate:,.0f} (rounds from {min(carried):,.0f} to {max(carried):,.0f})",
                is_met=rate >= _RELAY_MUST,
            ),
            row(
                f"commit → notice in the reader's open inbox, {_RATE} events/s, p99, ms",
                f"≤ {_ARRIVAL_MUST}",
                f"{p99:.0f}",
                is_met=p99 <= _ARRIVAL_MUST,
            ),
            row(f"the same, p50 / p95 / p99 of {count:,} events, ms", "", spread(arrived)),
            row("notification-service, CPU per event, ms", "", f"{cpu_ms:.1f}"),
            row("events/s that this is on a whole core; beyond it a backlog grows", "", f"{1000 / cpu_ms:.0f}"),
            row("lost or doubled on the way", "0", f"{count - len(arrived)}", is_met=count == len(arrived)),
            row("floor: a millisecond of pure computation, ms", "", spread(floor_ms())),
        ],
        "arrivals": [at(arrived, share / 100) for share in range(100)],
    }


async def _carried(stage: Stage, count: int, *, rounds: int) -> list[float]:
    """Events per second in each round, from the first read of the outbox to the last mark."""
    found = []
    async with producer(stage) as (database, broker):
        transactions = producing(database)
        for _ in range(rounds):
            for _ in range(count // 1_000):
                ids = [uuid4() for _ in range(1_000)]
                async with transactions(SYSTEM) as uow:
                    await uow.emit_many([Emission(registered(one), one, 1, "elsewhere") for one in ids])
            began = time.perf_counter()
            async with running_until_left(Relay(database, broker).run):
                while await _unsent(database):  # noqa: ASYNC110 - the relay marks rows, and tells nobody
                    await asyncio.sleep(0.05)
            found.append(count / (time.perf_counter() - began))
    return found


async def _unsent(database: Database) -> bool:
    async with database.sessions() as session:
        return bool(await session.scalar(text("select exists (select from outbox where sent_at is null)")))


async def _arrived(stage: Stage, *, seconds: float) -> tuple[list[float], int, float]:
    """Milliseconds from the moment a commit returned to the notice on the reader's stream; how many were made; CPU."""
    issuer, committed, seen = TestIssuer(), dict[UUID, float](), dict[UUID, list[float]]()
    async with AsyncExitStack() as stack:
        database, broker = await stack.enter_async_context(producer(stage))
        jwks = await stack.enter_async_context(serving.serving_keys(issuer))
        base, pid = await stack.enter_async_context(
            serving.notification(stage.folder, issuer=issuer, jwks=jwks, urls=stage.notification)
        )
        transactions, relay = producing(database), Relay(database, broker)
        transactions.on_events_committed(relay.wake)
        await stack.enter_async_context(running_until_left(relay.run))
        token = issuer.token(_READER, unit="cmo-a", roles=["case_supervisor"])

        async def emit(_number: int = 0) -> None:
            clue_id = uuid4()
            async with transactions(SYSTEM) as uow:
                await uow.emit(registered(clue_id), aggregate_id=clue_id, version=1, commission=COMMISSION)
            committed[clue_id] = time.perf_counter()

        async with reading(base, token, seen):
            await at_rate(_RATE, 3, emit)  # connections are opened, caches filled
            await until(lambda: committed.keys() <= seen.keys(), _LOST_AFTER_S)
            if not seen:
                message = f"no notice came:\n{log_tail(stage.folder / 'notification.log', 30)}"
                raise RuntimeError(message)
            committed.clear()
            before = cpu_s(pid)
            await at_rate(_RATE, seconds, emit)
            await until(lambda: committed.keys() <= seen.keys(), _LOST_AFTER_S)
            cpu_ms = (cpu_s(pid) - before) * 1000 / len(committed)
            await asyncio.sleep(1)  # a double would follow
    once = [one for one in committed if len(seen.get(one, [])) == 1]
    return [(seen[one][0] - committed[one]) * 1000 for one in once], len(committed), cpu_ms


@asynccontextmanager
async def producer(stage: Stage) -> AsyncIterator[tuple[Database, Broker]]:
    """The producer's database and its connection to the broker."""
    database = Database(stage.producer_url)
    broker = await connect(stage.nats_url, name="bench")
    await ensure_streams(broker, PlatformSettings())
    try:
        yield database, broker
    finally:
        await broker.drain()
        await database.engine.dispose()


@asynccontextmanager
async def running_until_left(work: Callable[[asyncio.Event], Awaitable[None]]) -> AsyncIterator[None]:
    """Work that goes on until the block is left."""
    stop = asyncio.Event()
    task = asyncio.ensure_future(work(stop))
    try:
        yield
    finally:
        stop.set()
        await task


@asynccontextmanager
async def reading(base: str, token: str, seen: dict[UUID, list[float]]) -> AsyncIterator[None]:
    """Keep the reader's stream open and note when each notice came."""
    opened = asyncio.Event()

    async def read() -> None:
        headers = {"Authorization": f"Bearer {token}"}
        async with (
            httpx2.AsyncClient(base_url=base, timeout=60, headers=headers) as client,
            client.stream("GET", "/v1/notifications/stream") as answer,
        ):
            answer.raise_for_status()
            async for line in answer.aiter_lines():
                now = time.perf_counter()
                opened.set()
                if line.startswith("data: {") and len(line) > len("data: {}"):
                    seen.setdefault(UUID(json.loads(line[6:])["item_id"]), []).append(now)

    task = asyncio.create_task(read())
    await asyncio.wait([task, asyncio.create_task(opened.wait())], return_when=asyncio.FIRST_COMPLETED)
    try:
        if task.done():
            task.result()
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(holds: Callable[[], bool], seconds: float) -> None:
    """Wait until it holds, at most so long: what is missing then counts as lost."""
    deadline = time.monotonic() + seconds
    while not holds() and time.monotonic() < deadline:  # noqa: ASYNC110 - the condition lies in another process
        await asyncio.sleep(0.02)
