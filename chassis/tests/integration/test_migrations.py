"""Each migration is a transaction of its own; one process at a time migrates a database, and one that dies lets go."""

import asyncio
import importlib
import signal
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import asyncpg
import pytest
from chassis.embedded import EmbeddedPostgres, ServiceDatabase
from chassis.logging import configure_logging
from chassis.migrations import migrate
from chassis.testing.plugin import log_as_in_production
from sqlalchemy.exc import DBAPIError

Connection: TypeAlias = "asyncpg.Connection[Any]"
ENV = "from chassis.migrations import run_env\nfrom sqlalchemy import MetaData\nrun_env(MetaData())\n"
MIGRATION = """
from alembic import op
revision = {revision!r}
down_revision = {before!r}
def upgrade():
    {body}
"""
MIGRATES = "import sys; sys.path.insert(0, sys.argv[1]); from chassis.migrations import migrate; migrate(*sys.argv[2:])"
OUTSIDE = """with op.get_context().autocommit_block():
        op.execute("create table {table} (id int)")"""
LIMITED = "do $$ begin assert current_setting('lock_timeout') = '10s'; end $$"
OTHERS = """
    select exists (
        select from pg_stat_activity where datname = current_database() and pid <> all ($1::int[])
        and backend_type = 'client backend' and state = '{state}' and query ilike '{query}%'
    )
"""
WAITS = OTHERS.format(state="idle", query="commit")
SLEEPS = OTHERS.format(state="active", query="select pg_sleep(86400)")

History = Callable[[Mapping[str, str]], str]


@pytest.fixture
def history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> History:
    """Write a package of migrations, what each does by its revision; asked again it is written anew."""
    package = f"history_of_{tmp_path.name}"
    monkeypatch.syspath_prepend(tmp_path)

    def write(bodies: Mapping[str, str]) -> str:
        versions = tmp_path / package / "versions"
        versions.mkdir(parents=True, exist_ok=True)
        (versions.parent / "__init__.py").touch()
        (versions.parent / "env.py").write_text(ENV)
        before = None
        for revision, body in bodies.items():
            source = MIGRATION.format(revision=revision, before=before, body=body)
            (versions / f"{revision}.py").write_text(source)
            before = revision
        importlib.invalidate_caches()
        return package

    return write


@pytest.fixture
async def empty(postgres_server: EmbeddedPostgres) -> AsyncIterator[ServiceDatabase]:
    yield postgres_server.create_service_database("migrating")
    postgres_server.drop_database("migrating")


@pytest.fixture
async def owner(empty: ServiceDatabase) -> AsyncIterator[Connection]:
    connection = await asyncpg.connect(empty.owner.replace("+asyncpg", ""))
    yield connection
    await connection.close()


def table(name: str) -> str:
    return f'op.execute("create table {name} (id int)")'


async def engine_may_read(owner: Connection) -> set[str]:
    rows = await owner.fetch(
        "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
        " and has_table_privilege('migrating_engine', oid, 'select')"
    )
    return {row["relname"] for row in rows} - {"alembic_version"}


async def until(owner: Connection, question: str, *others: Connection) -> None:
    known = [one.get_server_pid() for one in (owner, *others)]
    async with asyncio.timeout(90):
        while not await owner.fetchval(question, known):
            await owner.execute("select pg_sleep(0.01)")


async def test_what_came_before_a_failure_stays_and_the_next_try_goes_on(
    history: History, empty: ServiceDatabase, owner: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    first = {"0001": table("one"), "0002": OUTSIDE.format(table="two")}
    failing = history({**first, "0003": f"{table('three')}; op.execute('select 1 / 0')", "0004": table("four")})
    configure_logging("test")
    with pytest.raises(DBAPIError, match="division by zero"):
        await asyncio.to_thread(migrate, failing, empty.owner)
    log_as_in_production()
    (told,) = [line for line in capsys.readouterr().out.splitlines() if "migration_failed" in line]
    assert '"stays_at": ["0002"]' in told
    assert await owner.fetchval("select version_num from alembic_version") == "0002"
    assert await engine_may_read(owner) == {"one", "two"}
    mended = history({**first, "0003": table("three"), "0004": table("four")})
    await asyncio.to_thread(migrate, mended, empty.owner)
    assert await owner.fetchval("select version_num from alembic_version") == "0004"
    assert await engine_may_read(owner) == {"one", "two", "three", "four"}


async def test_rights_reach_the_engine_also_when_nothing_is_to_be_migrated(
    history: History, empty: ServiceDatabase, owner: Connection
) -> None:
    package = history({"0001": table("one")})
    await asyncio.to_thread(migrate, package, empty.owner)
    await owner.execute("revoke select on one from migrating_engine")
    await asyncio.to_thread(migrate, package, empty.owner)
    assert await engine_may_read(owner) == {"one"}


async def test_every_migration_waits_so_long_for_a_table_and_no_longer(
    history: History, empty: ServiceDatabase
) -> None:
    limited = f'op.execute("{LIMITED}")'
    package = history({"0001": limited, "0002": f"{OUTSIDE.format(table='two')}\n        {limited}", "0003": limited})
    await asyncio.to_thread(migrate, package, empty.owner)


async def test_a_column_is_filled_where_it_is_empty_to_the_last_row(
    history: History, empty: ServiceDatabase, owner: Connection
) -> None:
    fill = """from chassis.online import fill_column
    fill_column("one", "twice", "nullif(id * 2, 8)", batch=2)"""
    package = history({"0001": 'op.execute("create table one (id int primary key, twice int)")', "0002": fill})
    await asyncio.to_thread(migrate, package, empty.owner, "0001")
    await owner.execute("insert into one select n, case n when 3 then -1 end from generate_series(1, 7) as n")
    await asyncio.to_thread(migrate, package, empty.owner)
    rows = await owner.fetch("select twice from one order by id")
    assert [row["twice"] for row in rows] == [2, 4, -1, None, 10, 12, 14]


async def test_a_migrator_waits_for_an_older_release_s_outside_of_any_statement(
    history: History, empty: ServiceDatabase, owner: Connection
) -> None:
    """Within one, what the other does concurrently would wait for it, and neither would end."""
    package = history({"0001": table("one")})
    older = await asyncpg.connect(empty.owner.replace("+asyncpg", ""))
    try:
        async with older.transaction():
            await older.execute("select pg_advisory_xact_lock(4801226)")
            waiting = asyncio.create_task(asyncio.to_thread(migrate, package, empty.owner))
            await until(owner, WAITS, older)
            assert await owner.fetchval("select to_regclass('one')") is None
        await waiting
    finally:
        await older.close()
    assert await owner.fetchval("select to_regclass('one')") == "one"


async def test_a_migrator_that_is_killed_in_a_long_statement_lets_the_next_go_on(
    history: History, empty: ServiceDatabase, owner: Connection, tmp_path: Path
) -> None:
    package = history({"0001": "op.execute('select pg_sleep(86400)')"})
    doomed = await asyncio.create_subprocess_exec(
        sys.executable, "-c", MIGRATES, str(tmp_path), package, empty.owner, stderr=asyncio.subprocess.DEVNULL
    )
    await until(owner, SLEEPS)
    doomed.send_signal(signal.SIGKILL)
    await doomed.wait()
    history({"0001": table("one")})
    async with asyncio.timeout(90):
        await asyncio.to_thread(migrate, package, empty.owner)
    assert await owner.fetchval("select to_regclass('one')") == "one"
