"""A small world of events on real servers: counters that emit, a relay, a consumer whose effects can be counted."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import asyncpg
import pytest
from chassis.broker import Broker, connect
from chassis.clock import Clock
from chassis.consumer import Consumer, Handler, ManyHandler
from chassis.db import Database
from chassis.embedded import EmbeddedNats, EmbeddedPostgres, ServiceDatabase, scratch_nats
from chassis.following import one_by_one
from chassis.identity import SYSTEM
from chassis.outbox import Relay
from chassis.settings import PlatformSettings
from chassis.streams import ensure_streams
from chassis.testing.counting import CONSUMER, DURABLE, EVENT, RELAY, count_up, create_schema, log_effect
from chassis.testing.plugin import truncate_all
from chassis.uow import Transactions
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

Check = Callable[[], Awaitable[bool]]


@pytest.fixture(scope="session")
def event_database(postgres_server: EmbeddedPostgres) -> ServiceDatabase:
    """A database with the platform's tables, a counter per aggregate and a log of effects."""
    database = postgres_server.create_service_database("events")
    asyncio.run(as_owner(database.owner, create_schema))
    return database


async def as_owner(url: str, work: Callable[[Connection], Any]) -> Any:
    engine = create_async_engine(url, poolclass=NullPool)
    async with engine.begin() as connection:
        result = await connection.run_sync(work)
    await engine.dispose()
    return result


@pytest.fixture
def nats() -> Iterator[EmbeddedNats]:
    """A NATS server of the test's own, which it may kill."""
    with scratch_nats() as server:
        yield server


PATIENCE_S = 90.0
"""For what comes true at once on an idle machine: only a test that fails waits so long."""


async def eventually(check: Check, within: float = PATIENCE_S) -> None:
    """Wait until ``check`` holds, or fail at the deadline."""
    async with asyncio.timeout(within):
        while not await check():  # noqa: ASYNC110 - the condition lives in another process
            await asyncio.sleep(0.02)


class World:
    """One service's outbox and consumer, and hands to start, stop and question them."""

    def __init__(
        self,
        database: Database,
        urls: ServiceDatabase,
        postgres: EmbeddedPostgres,
        nats: EmbeddedNats,
        stack: AsyncExitStack,
    ) -> None:
        self.database = database
        self._postgres = postgres
        self.urls = urls
        self.nats = nats
        self.transactions = Transactions(database, Clock(), "personnel-pool-service")
        # Some hundred thousand events: producers do not rest while the others are broken, and a full stream refuses.
        self.settings = PlatformSettings(stream_max_bytes=512 * 2**20)
        self.eventually = eventually
        self.log_effect = log_effect
        self._stack = stack

    async def connect(self) -> Broker:
        """A connection with the streams in place, drained at the end of the test."""
        broker = await connect(self.nats.url(), name="test")
        self._stack.push_async_callback(broker.drain)
        await ensure_streams(broker, self.settings)
        return broker

    async def emit(self, *codes: str) -> None:
        """Raise each code's counter and emit that, one transaction each."""
        for code in codes:
            async with self.transactions(SYSTEM) as uow:
                await count_up(uow, code)

    @asynccontextmanager
    async def relay(self, broker: Broker) -> AsyncIterator[Relay]:
        """A running relay, woken by commits."""
        relay = Relay(self.database, broker)
        self.transactions.on_events_committed(relay.wake)
        async with _running(relay.run):
            yield relay

    @asynccontextmanager
    async def consumer(
        self, broker: Broker, handler: Handler | None = None, together: ManyHandler | None = None
    ) -> AsyncIterator[Consumer]:
        """A running consumer; by default it writes each event into the log of effects, by itself."""
        consumer = Consumer(
            durable=DURABLE,
            connection=broker,
            database=self.database,
            transactions=self.transactions,
            handlers={EVENT: handler or (one_by_one(together) if together else log_effect)},
            together={EVENT: together} if together else {},
        )
        async with _running(consumer.run):
            yield consumer

    async def start_worker(self, consumer: str = CONSUMER) -> asyncio.subprocess.Process:
        """Relay and consumer in a process of their own, which may be killed; ended with the test."""
        environment = {
            **os.environ,
            "HELI_DATABASE_URL": self.urls.app,
            "HELI_NATS_URL": self.nats.url(),
            "HELI_STREAM_MAX_BYTES": str(self.settings.stream_max_bytes),
        }
        program = (sys.executable, "-m", "chassis.testing.counting", f"{RELAY},{consumer}")
        process = await asyncio.create_subprocess_exec(*program, env=environment)
        self._stack.push_async_callback(_end, process)
        return process

    async def cut_leaders(self) -> None:
        """End the database connections of relay and consumer, as a restart of the database would."""
        connection = await asyncpg.connect(self._postgres.url(database="events", driver="postgresql"))
        await connection.execute(
            "select pg_terminate_backend(pid, 5000) from pg_locks where locktype = 'advisory' and granted"
        )
        await connection.close()

    async def cut_everyone(self) -> None:
        """End all connections to the database but this one."""
        connection = await asyncpg.connect(self._postgres.url(database="events", driver="postgresql"))
        await connection.execute(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
            " where datname = 'events' and pid <> pg_backend_pid()"
        )
        await connection.close()

    async def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of a query."""
        async with self.database.sessions() as session:
            return [tuple(row) for row in await session.execute(text(query))]

    async def count(self, query: str) -> int:
        """The number a query counts."""
        return int((await self.rows(query))[0][0])

    async def effects(self) -> int:
        """How many effects there are."""
        return await self.count("select count(*) from effect")

    async def has_effects(self, number: int) -> bool:
        """Whether at least so many effects are there."""
        return await self.effects() >= number

    async def has_nothing_unsent(self) -> bool:
        """Whether all events are published."""
        return await self.count("select count(*) from outbox where sent_at is null") == 0

    async def assert_each_once_and_in_order(self) -> None:
        """Each counter's effects are exactly 1, 2, … up to its present version."""
        seen: dict[str, list[int]] = {}
        for code, version in await self.rows("select code, version from effect order by seq"):
            seen.setdefault(code, []).append(version)
        expected = {code: list(range(1, top + 1)) for code, top in await self.rows("select code, version from counter")}
        assert seen == expected


@asynccontextmanager
async def _running(run: Callable[[asyncio.Event], Awaitable[None]]) -> AsyncIterator[None]:
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(_call(run, stop))
        try:
            yield
        finally:
            stop.set()


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.kill()
    await process.wait()


async def _call(run: Callable[[asyncio.Event], Awaitable[None]], stop: asyncio.Event) -> None:
    await run(stop)


@pytest.fixture
async def world(
    event_database: ServiceDatabase, postgres_server: EmbeddedPostgres, nats: EmbeddedNats
) -> AsyncIterator[World]:
    """The small world, empty."""
    database = Database(event_database.app, application="test")
    async with AsyncExitStack() as stack:
        yield World(database, event_database, postgres_server, nats, stack)
    await database.close()
    await truncate_all(event_database)
