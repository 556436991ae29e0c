"""Many clues on the schema before what they say had their commissions, and the service at work on it."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, TypeAlias

import asyncpg
import pytest
from chassis.embedded import EmbeddedPostgres, ServiceDatabase
from chassis.migrations import migrate
from chassis.testing.plugin import EXTENSIONS
from clue_service.main import SERVICE

Connection: TypeAlias = "asyncpg.Connection[Any]"

CLUES = 12_000
REGISTER = """
    insert into clue (id, clue_no, status, version, source_code, channel, received_on, registered_at, registered_by,
        commission, receiving_unit, summary, secrecy_level, overlap_policy, blind_hits_withheld, subject_units,
        co_units, members, approvers, due_provisional)
    select uuidv7(), $1 || n, 'registered', 1, 'PETITION', 'letter', date '2026-11-20', now(), 'officer@pet-dh',
        'cdi-' || n % 7, 'pet-dh', case when n % 5 = 0 then '多领补贴' end, 'internal', 'announce', false, '{}', '{}',
        '{}', '{}', false
    from generate_series(1, $2::int) as n
"""
_OF_CLUE = "from clue where clue_no like $1 || '%'"
SAY = (
    f"insert into clue_subject (clue_id, position, name, unit_name) select id, 0, '测试', '测试单位' {_OF_CLUE}",
    f"insert into clue_subject (clue_id, position, name, unit_name) select id, 1, '测试', '测试单位' {_OF_CLUE}",
    f"insert into clue_allegation (clue_id, position, text) select id, 0, '反映虚报补贴' {_OF_CLUE}",
)
"""As the release before writes them: it knows of no commission of what a clue says."""
CHANGE = "update clue_subject set post = '科长' where id = (select id from clue_subject order by id {order} limit 1)"
READ = "select name, text from clue_subject join clue_allegation using (clue_id) limit 10"
ASTRAY = """
    select count(*) from (
        select clue_id, commission from clue_subject union all select clue_id, commission from clue_allegation
    ) as said join clue on clue.id = clue_id where said.commission is distinct from clue.commission
"""
INDEXES = """
    select relname, pg_index.indexrelid, indisvalid from pg_index join pg_class on pg_class.oid = indexrelid
    where relname like '%\\_pairs' order by 1
"""
WAITING = """
    select pid from pg_locks join pg_stat_activity using (pid)
    where datname = current_database() and not granted and query ilike $1 || '%'
"""
NUMBERS = itertools.count()


async def register(session: Connection, prefix: str, number: int) -> None:
    async with session.transaction():
        await session.execute(REGISTER, prefix, number)
        for statement in SAY:
            await session.execute(statement, prefix)


async def work(session: Connection, name: str) -> None:
    """What the release before does: registers, changes the oldest and the newest, reads."""
    await register(session, f"{name}-", 1)
    for order in ("asc", "desc"):
        await session.execute(CHANGE.format(order=order))
    await session.fetch(READ)


class Beside:
    """A database, somebody who watches all of it, and sessions of the service at work on it."""

    def __init__(self, database: ServiceDatabase, watch: Connection, stack: AsyncExitStack) -> None:
        self.url = database.owner
        self.watch = watch
        self._app = database.app
        self._stack = stack
        self.work = work

    async def service(self) -> Connection:
        """A session of the service: what waits for a table that the migrator does not give back fails."""
        session = await connected(self._app, self._stack)
        await session.execute("set statement_timeout = '60s'")
        await session.execute("set role before_commissions_engine")
        return session

    async def builder(self) -> Connection:
        """A further session of the owner."""
        return await connected(self.url, self._stack)

    @asynccontextmanager
    async def table_held(self) -> AsyncIterator[Connection]:
        """A transaction of the service has written to the subjects, and ends with the block."""
        session = await self.service()
        async with session.transaction():
            await session.execute("update clue_subject set post = '科长' where position = 7")
            yield session

    @asynccontextmanager
    async def row_held(self) -> AsyncIterator[None]:
        """A transaction of the service holds a subject of the third batch, and ends with the block."""
        session = await self.service()
        async with session.transaction():
            one = await session.fetchval("select id from clue_subject order by id offset 12000 limit 1")
            await session.execute("select from clue_subject where id = $1 for update", one)
            yield

    def migration(self, revision: str = "head") -> asyncio.Task[None]:
        return asyncio.create_task(asyncio.to_thread(migrate, SERVICE.migrations, self.url, revision))

    async def until_waiting(self, query: str) -> int:
        """Until a statement waits for a lock; whose."""
        async with asyncio.timeout(90):
            while (found := await self.watch.fetchval(WAITING, query)) is None:
                await self.watch.execute("select pg_sleep(0.01)")
        return int(found)

    async def locks(self, pid: int) -> set[str]:
        """The kinds of locks on tables that a session has."""
        held = "select mode from pg_locks where pid = $1 and granted and locktype = 'relation'"
        rows = await self.watch.fetch(held, pid)
        return {row["mode"] for row in rows}

    async def revision(self) -> Any:
        return await self.watch.fetchval("select version_num from alembic_version")

    async def indexes(self) -> list[tuple[Any, ...]]:
        """Names, numbers and validity of the indexes for searches."""
        return [tuple(row) for row in await self.watch.fetch(INDEXES)]

    async def is_whole(self, more: int = 0) -> bool:
        """Whether all clues are there, and so many more, with their commissions in what they say, and indexed."""
        tables = ("clue_subject", "clue_allegation")
        counted = [await self.watch.fetchval(f"select count(*) from {name}") for name in tables]
        return (
            await self.watch.fetchval(ASTRAY) == 0
            and counted == [2 * (CLUES + more), CLUES + more]
            and [is_valid for *_, is_valid in await self.indexes()] == [True] * 3
        )


async def connected(url: str, stack: AsyncExitStack) -> Connection:
    session = await asyncpg.connect(url.replace("+asyncpg", ""))
    stack.push_async_callback(session.close)
    return session


@pytest.fixture(scope="module")
def template(postgres_server: EmbeddedPostgres) -> Iterator[ServiceDatabase]:
    database = postgres_server.create_service_database("before_commissions", extensions=EXTENSIONS)
    migrate(SERVICE.migrations, database.owner, "0035")

    async def fill() -> None:
        async with AsyncExitStack() as stack:
            await register(await connected(database.owner, stack), "n-", CLUES)

    asyncio.run(fill())
    yield database
    postgres_server.drop_database(database.name)


@pytest.fixture
async def beside(
    postgres_server: EmbeddedPostgres, template: ServiceDatabase, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Beside]:
    # A test that holds what a migration waits for may be slow on a busy machine.
    monkeypatch.setattr("chassis.migrations.LOCK_TIMEOUT", "10min")
    copy = postgres_server.clone_database(template.name, f"before_commissions_{next(NUMBERS)}")
    async with AsyncExitStack() as stack:
        yield Beside(copy, await connected(postgres_server.url(database=copy.name), stack), stack)
    postgres_server.drop_database(copy.name)
