"""A process is ready when its database has a schema that its release can work on."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx2
import pytest
from chassis.db import Database
from chassis.embedded import EmbeddedNats, EmbeddedPostgres, ServiceDatabase
from chassis.migrations import migrate
from chassis.readiness import BEHIND, SchemaBehind, SchemaCheck
from chassis.runtime import build_app, run_worker
from chassis.service import Resources, Service
from chassis.settings import PlatformSettings
from chassis.telemetry import REGISTRY
from sqlalchemy import event, text
from sqlalchemy.exc import ProgrammingError


@pytest.fixture
async def empty(postgres_server: EmbeddedPostgres, resources: Resources) -> AsyncIterator[tuple[Resources, str]]:
    """Resources on a database without any schema, and its owner's URL."""
    urls: ServiceDatabase = postgres_server.create_service_database("readiness")
    database = Database(urls.app)
    yield replace(resources, database=database), urls.owner
    await database.close()
    postgres_server.drop_database("readiness")


async def asked(service: Service, resources: Resources) -> tuple[int, list[str]]:
    app = build_app(service, resources, with_worker=False)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://pod") as client:
        answer = await client.get("/readyz")
        return answer.status_code, answer.json()["failing"]


async def test_it_waits_for_its_migration_and_works_on_a_newer_schema(
    service: Service, empty: tuple[Resources, str]
) -> None:
    resources, owner = empty
    check = SchemaCheck(service, resources)
    with pytest.raises(ProgrammingError, match="alembic_version"):
        await check()
    assert REGISTRY.get_sample_value("heli_schema_behind") == 1
    assert await asked(service, resources) == (503, ["schema"])
    await migrated(service, owner, "0001")
    with pytest.raises(SchemaBehind, match="0001"):
        await check()
    assert await asked(service, resources) == (503, ["schema"])
    assert REGISTRY.get_sample_value("heli_schema_behind") == 1
    await migrated(service, owner, "head")
    await check()
    assert REGISTRY.get_sample_value("heli_schema_behind") == 0
    assert await asked(service, resources) == (200, [])
    other = Database(owner)
    async with other.engine.begin() as connection:
        await connection.execute(text("update alembic_version set version_num = '9999'"))
    await other.close()
    await SchemaCheck(service, resources)()


async def test_an_older_release_leaves_a_newer_schema_as_it_is(service: Service, empty: tuple[Resources, str]) -> None:
    """After a rollback its migration may run again, as an ordinary Job does."""
    resources, owner = empty
    await migrated(service, owner, "0001")
    other = Database(owner)
    async with other.engine.begin() as connection:
        await connection.execute(text("update alembic_version set version_num = '9999'"))
        await connection.execute(text("create table of_the_newer_release (id int)"))
    await migrated(service, owner, "head")
    async with other.engine.begin() as connection:
        assert await connection.scalar(text("select version_num from alembic_version")) == "9999"
        await connection.execute(text("select * from of_the_newer_release"))
    await other.close()
    await SchemaCheck(service, resources)()


_LEADS = text(
    "select exists (select from pg_locks join pg_database on pg_database.oid = database"
    " where datname = current_database() and locktype = 'advisory' and objid <> 4801226)"
)


async def test_a_worker_begins_when_the_schema_is_there(
    service: Service, empty: tuple[Resources, str], nats_server: EmbeddedNats
) -> None:
    resources, owner = empty
    await migrated(service, owner, "0001")
    BEHIND.set(0)
    settings = resources.settings.model_copy(update={"nats_url": PlatformSettings(nats_url=nats_server.url()).nats_url})
    stop = asyncio.Event()
    working = asyncio.create_task(run_worker(service, replace(resources, settings=settings), stop))

    async def leads() -> bool:
        async with resources.database.engine.connect() as connection:
            return bool(await connection.scalar(_LEADS))

    async with asyncio.timeout(90):
        while not REGISTRY.get_sample_value("heli_schema_behind"):  # noqa: ASYNC110 - the worker sets it
            await asyncio.sleep(0.02)
    assert not await leads()
    await migrated(service, owner, "head")
    async with asyncio.timeout(90):
        while not await leads():  # noqa: ASYNC110 - the condition lives in the database
            await asyncio.sleep(0.02)
    stop.set()
    await asyncio.wait_for(working, 60)


async def migrated(service: Service, owner: str, revision: str) -> None:
    await asyncio.to_thread(migrate, service.migrations, owner, revision)


async def test_a_passed_check_asks_no_more(service: Service, resources: Resources) -> None:
    statements: list[str] = []
    event.listen(
        resources.database.engine.sync_engine, "before_cursor_execute", lambda *args: statements.append(str(args[2]))
    )
    check = SchemaCheck(service, resources)
    for _ in range(3):
        await check()
    assert len([one for one in statements if "alembic_version" in one]) == 1
