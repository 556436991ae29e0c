"""From a producer's commit to the handler in another process at 100 events a second, every write synced."""

import asyncio
import multiprocessing
import signal
import time
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing.connection import Connection

from chassis.broker import connect
from chassis.clock import Clock
from chassis.consumer import Consumer
from chassis.db import Database
from chassis.embedded import EmbeddedNats, EmbeddedPostgres
from chassis.embedded.process import scratch_folder
from chassis.identity import SYSTEM
from chassis.outbox import Relay
from chassis.settings import PlatformSettings
from chassis.streams import ensure_streams
from chassis.testing import counting
from chassis.uow import Transactions, Uow
from contracts.envelope import Envelope
from contracts.pool import UnitUpserted
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from doors.arriving import running_until_left
from doors.figures import Part, at, at_rate, floor_ms, row, spread

_RATE, _MUST_MS = 100, 100
_PATIENCE_S = 90


def measure(is_quick: bool) -> Part:
    """Handlers that take events one by one, and those that take runs of them, as notification-service does."""
    seconds = 4 if is_quick else 30
    single, runs = _measured(seconds=seconds, in_runs=False), _measured(seconds=seconds, in_runs=True)
    rows = []
    for name, (waits, count) in (("one by one", single), ("in runs", runs)):
        p99 = at(waits, 0.99) if waits else float("inf")
        title = f"commit → handler, {_RATE} events/s, {name}, p99, ms"
        rows += [
            row(title, f"< {_MUST_MS}", f"{p99:.1f}", is_met=p99 < _MUST_MS),
            row(f"the same, p50 / p95 / p99 of {count:,} events, ms", "", spread(waits)),
            row("lost or doubled on the way", "0", f"{count - len(waits)}", is_met=count == len(waits)),
        ]
    return {"rows": [*rows, row("floor: a millisecond of pure computation, ms", "", spread(floor_ms()))]}


def _measured(*, seconds: float, in_runs: bool) -> tuple[list[float], int]:
    """Servers, a process that consumes, and this one that commits and relays."""
    with (
        scratch_folder() as folder,
        EmbeddedPostgres(folder / "postgres", fsync=True) as postgres,
        EmbeddedNats(folder / "nats") as nats,
    ):
        urls = [postgres.create_service_database(name) for name in ("sends", "handles")]
        for one in urls:
            asyncio.run(_prepare(one.owner))
        mine, theirs = multiprocessing.Pipe(duplex=False)
        spawn = multiprocessing.get_context("spawn")
        consuming = spawn.Process(target=_consume, args=(urls[1].app, nats.url(), theirs, in_runs))
        consuming.start()
        theirs.close()
        try:
            return asyncio.run(_measure(urls[0].app, nats.url(), mine, seconds=seconds))
        finally:
            consuming.terminate()
            consuming.join(20)


async def _prepare(owner: str) -> None:
    engine = create_async_engine(owner)
    async with engine.begin() as connection:
        await connection.run_sync(counting.create_schema)
    await engine.dispose()


async def _measure(url: str, nats: str, handled: Connection, *, seconds: float) -> tuple[list[float], int]:
    """Milliseconds from the moment a commit returned to the handler's first line; and how many were committed."""
    database, committed = Database(url), dict[str, float]()
    seen: dict[str, list[float]] = {}
    arrived = asyncio.Event()
    broker = await connect(nats, name="bench")
    await ensure_streams(broker, PlatformSettings())
    transactions, relay = Transactions(database, Clock(), counting.SOURCE), Relay(database, broker)
    transactions.on_events_committed(relay.wake)

    async def commit(number: int = 0) -> None:
        code = counting.CODES[number % len(counting.CODES)]
        async with transactions(SYSTEM) as uow:
            version = await counting.count_up(uow, code)
        committed[f"{code} {version}"] = time.perf_counter()

    async def listen(stop: asyncio.Event) -> None:
        while not stop.is_set():  # all along: a pipe that is full stops the handler
            while handled.poll():
                key, moment = handled.recv()
                seen.setdefault(key, []).append(moment)
                arrived.set()
            await asyncio.sleep(0.02)

    async def all_handled() -> None:
        with suppress(TimeoutError):  # what has not come by then is counted as lost
            async with asyncio.timeout(_PATIENCE_S):
                while committed.keys() - seen.keys():
                    arrived.clear()
                    await arrived.wait()

    async with running_until_left(relay.run), running_until_left(listen):
        await at_rate(_RATE, 3, commit)  # connections are opened, caches filled
        await all_handled()
        committed.clear()
        await at_rate(_RATE, seconds, commit)
        await all_handled()
        await asyncio.sleep(1)  # a double would follow
    await broker.drain()
    await database.close()
    once = [key for key in committed if len(seen.get(key, [])) == 1]
    return [(seen[key][0] - committed[key]) * 1000 for key in once], len(committed)


def _consume(url: str, nats: str, told: Connection, in_runs: bool) -> None:
    """The other process: its handler says when it was called, then writes its effect."""
    asyncio.run(_handle(url, nats, told, in_runs=in_runs))


async def _handle(url: str, nats: str, told: Connection, *, in_runs: bool) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    database = Database(url, application="bench handler")
    broker = await connect(nats, name="bench handler", stop=stop)
    await ensure_streams(broker, PlatformSettings(), stop)

    async def handle(uow: Uow, envelope: Envelope, event: UnitUpserted) -> None:
        told.send((f"{event.code} {event.version}", time.perf_counter()))
        await uow.session.execute(
            text("insert into effect (code, version, event_id) values (:code, :version, :id)"),
            {"code": event.code, "version": event.version, "id": envelope.id},
        )

    async def handle_run(uow: Uow, events: Sequence[tuple[Envelope, UnitUpserted]]) -> None:
        for envelope, event in events:
            await handle(uow, envelope, event)

    consumer = Consumer(
        durable=counting.DURABLE,
        connection=broker,
        database=database,
        transactions=Transactions(database, Clock(), counting.SOURCE),
        handlers={counting.EVENT: handle},
        together={counting.EVENT: handle_run} if in_runs else {},
    )
    await consumer.run(stop)
    await broker.drain()
    await database.close()
