"""PostgreSQL is killed under requests: 503 until it is back, never 500, and every acknowledged write is there."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable

import httpx2
import pytest
from chassis.embedded import EmbeddedPostgres, ServiceDatabase, scratch_postgres
from chassis.migrations import migrate
from chassis.service import Service
from chassis.testing.plugin import EXTENSIONS


@pytest.fixture
async def own_postgres() -> AsyncIterator[EmbeddedPostgres]:
    with scratch_postgres() as server:
        yield server


@pytest.fixture
def service_database(service: Service, own_postgres: EmbeddedPostgres) -> ServiceDatabase:
    database = own_postgres.create_service_database(service.short, extensions=EXTENSIONS)
    migrate(service.migrations, database.owner)
    return database


async def test_an_outage_is_503_and_loses_no_acknowledged_write(
    client: httpx2.AsyncClient, headers: Callable[..., dict[str, str]], own_postgres: EmbeddedPostgres
) -> None:
    clerk = headers("clerk-1", "unit-1", "clerk")
    statuses: set[int] = set()
    written: list[str] = []
    stop = asyncio.Event()

    async def write(writer: int) -> None:
        number = 0
        while not stop.is_set():
            number += 1
            title = f"{writer}-{number}"
            answer = await client.post("/v1/notes", json={"title": title}, headers=clerk)
            statuses.add(answer.status_code)
            if answer.status_code == 201:
                written.append(title)

    writers = [asyncio.create_task(write(number)) for number in range(6)]
    for _ in range(2):
        before = len(written)
        await until(lambda before=before: len(written) > before + 20)
        own_postgres.kill()
        await until(lambda: 503 in statuses)
        own_postgres.start()
    before = len(written)
    await until(lambda: len(written) > before + 20)
    stop.set()
    await asyncio.gather(*writers)
    assert statuses == {201, 503}
    listed = (await client.get("/v1/notes", headers=clerk)).json()["items"]
    assert set(written) <= {note["title"] for note in listed}


async def until(condition: Callable[[], bool], seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "not in time"
        await asyncio.sleep(0.01)
