"""No request is handed a dead connection, and none waits for a living one to be asked."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from chassis.db import Database
from chassis.embedded import EmbeddedPostgres, ServiceDatabase
from sqlalchemy import text

from chassis import db


@pytest.fixture
async def database(event_database: ServiceDatabase) -> AsyncIterator[Database]:
    database = Database(event_database.app, pool_size=2, max_overflow=0, application="connections")
    yield database
    await database.close()


@pytest.fixture
def asked(database: Database, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The connections that were asked whether they live."""
    asked: list[Any] = []
    really_ask = database.engine.dialect.do_ping

    def ask(connection: Any) -> bool:
        asked.append(connection)
        return really_ask(connection)

    monkeypatch.setattr(database.engine.dialect, "do_ping", ask)
    return asked


async def one(database: Database) -> tuple[int, Any]:
    """Answer a query; the server's process and the driver's connection."""
    async with database.sessions() as session:
        connection = await session.connection()
        raw = (await connection.get_raw_connection()).driver_connection
        return int(await session.scalar(text("select pg_backend_pid()")) or 0), raw


async def test_a_connection_that_was_just_used_is_not_asked(database: Database, asked: list[Any]) -> None:
    processes = {(await one(database))[0] for _ in range(5)}
    assert len(processes) == 1
    assert asked == []


async def test_one_that_lay_unused_is_asked_and_kept(
    database: Database, asked: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    process, _ = await one(database)
    monkeypatch.setattr(db, "_TRUSTED_SECONDS", -1.0)
    assert (await one(database))[0] == process
    assert len(asked) == 1


async def test_one_that_does_not_answer_is_replaced(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    process, _ = await one(database)
    asked: list[Any] = []

    def ask(connection: Any) -> bool:
        asked.append(connection)
        raise database.engine.dialect.loaded_dbapi.InterfaceError("connection timed out")

    monkeypatch.setattr(database.engine.dialect, "do_ping", ask)
    monkeypatch.setattr(db, "_TRUSTED_SECONDS", 0.02)
    used = time.monotonic()
    await _until(lambda: time.monotonic() > used + 0.03)
    assert (await one(database))[0] != process
    assert len(asked) == 1


async def test_those_the_server_closed_are_replaced_before_anybody_meets_them(
    database: Database, asked: list[Any], postgres_server: EmbeddedPostgres
) -> None:
    (_, first), (_, second) = await asyncio.gather(one(database), one(database))
    assert first is not second
    server = await asyncpg.connect(postgres_server.url(driver="postgresql"))
    await server.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'connections'"
    )
    await server.close()
    await _until(lambda: first.is_closed() and second.is_closed())
    found = await asyncio.gather(*(one(database) for _ in range(4)))
    assert {raw for _, raw in found}.isdisjoint({first, second})
    assert asked == []


async def _until(condition: Any, seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "not in time"
        await asyncio.sleep(0.005)
