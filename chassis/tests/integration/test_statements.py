"""Statements that go past the session keep to its transaction, to what it has yet to write, and to its errors."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from chassis.db import Database, Instant, Json, ModelBase, as_rows, inserting, new_metadata, table_of
from chassis.embedded import EmbeddedPostgres, ServiceDatabase
from chassis.statements import Statement, keep_plans, planned_anew, watched
from sqlalchemy import Executable, Text, Uuid, bindparam, delete, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column


class Base(ModelBase):
    metadata = new_metadata()


class Word(Base):
    __tablename__ = "said_word"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    said: Mapped[str] = mapped_column(unique=True)
    detail: Mapped[Json]
    at: Mapped[Instant]
    weight: Mapped[float | None]


ADD = Statement(inserting(Word, "id", "said", "detail", "at", "weight"))
_ALL = select(Word.id, Word.said, Word.detail, Word.at, Word.weight).order_by(Word.said)
ALL = Statement(_ALL)
FIND = Statement(select(Word.id).where(Word.said == func.any(bindparam("said", type_=ARRAY(Text)))).order_by(Word.said))
COUNTED = text("select count(*) as words, max(said) as last from said_word")
COUNT = Statement(COUNTED)
FORGET = Statement(
    delete(table_of(Word)).where(Word.said == bindparam("word")).returning(table_of(Word).c.id, table_of(Word).c.detail)
)
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def word(number: int, said: str) -> dict[str, Any]:
    return {"id": UUID(int=number), "said": said, "detail": {"次": [number, None]}, "at": AT, "weight": number / 4}


@pytest.fixture(scope="module")
def words(postgres_server: EmbeddedPostgres) -> ServiceDatabase:
    return postgres_server.create_service_database("words")


@pytest.fixture
async def database(words: ServiceDatabase) -> AsyncIterator[Database]:
    owner = Database(words.owner)
    async with owner.engine.begin() as connection:
        await connection.run_sync(Base.metadata.drop_all)
        await connection.run_sync(Base.metadata.create_all)
    await owner.close()
    database = Database(words.app, pool_size=1, max_overflow=0)
    yield database
    await database.close()


async def said(session: AsyncSession) -> list[str]:
    return [row.said for row in await ALL.rows(session)]


class Counted(NamedTuple):
    words: int
    last: str


@pytest.mark.parametrize("built", [COUNTED, select(func.count().label("words"), func.max(Word.said).label("last"))])
async def test_rows_become_what_the_statement_was_told(database: Database, built: Executable) -> None:
    async with database.sessions.begin() as session:
        await ADD.run(session, {"rows": as_rows([word(1, "一"), word(2, "二")])})
        (found,) = await Statement(built, row=Counted).rows(session)
    assert found == Counted(2, "二")
    assert isinstance(found, Counted)


@pytest.mark.parametrize("is_begun", [False, True])
async def test_a_row_is_read_as_a_session_reads_it(database: Database, *, is_begun: bool) -> None:
    """Also as the first statement, with which the transaction begins."""
    async with database.sessions.begin() as session:
        await ADD.run(session, {"rows": as_rows([word(1, "一"), word(2, "二")])})
    async with database.sessions.begin() as session:
        if is_begun:
            await session.execute(text("select 1"))
        rows = await ALL.rows(session)
        kept = (await session.execute(_ALL)).all()
        assert [tuple(row) for row in rows] == [tuple(row) for row in kept]
        assert tuple(rows[0]) == (UUID(int=1), "一", {"次": [1, None]}, AT, 0.25)
        assert [row.id for row in await FIND.rows(session, {"said": ["二", "三"]})] == [UUID(int=2)]
        assert await FIND.rows(session, {"said": []}) == []
        assert await FIND.scalar(session, {"said": ["三"]}) is None
        (counted,) = await COUNT.rows(session)
        assert (counted.words, counted.last) == (2, "二")
        (gone,) = await FORGET.rows(session, {"word": "二"})
        assert (gone.id, gone.detail) == (UUID(int=2), {"次": [2, None]})


async def test_what_the_session_has_yet_to_write_is_there_before(database: Database) -> None:
    async with database.sessions.begin() as session:
        await session.execute(text("select 1"))
        session.add(Word(**word(1, "一")))
        assert await said(session) == ["一"]
        found = await session.get_one(Word, UUID(int=1))
        found.said = "七"
        assert await said(session) == ["七"]
        await session.delete(found)
        assert await said(session) == []


async def test_it_is_taken_back_with_the_transaction_even_where_it_was_the_first(database: Database) -> None:
    async with database.sessions() as session:
        await ADD.run(session, {"rows": as_rows([word(1, "一")])})
        await ADD.run(session, {"rows": as_rows([word(2, "二")])})
        await session.rollback()
        assert await said(session) == []
        await ADD.run(session, {"rows": as_rows([word(3, "三")])})
        await session.commit()
        await ADD.run(session, {"rows": as_rows([word(4, "四")])})
        await session.rollback()
    async with database.sessions.begin() as session:
        assert await said(session) == ["三"]


async def test_a_savepoint_takes_back_only_what_came_after_it(database: Database) -> None:
    async with database.sessions.begin() as session:
        await ADD.run(session, {"rows": as_rows([word(1, "一")])})
        savepoint = await session.begin_nested()
        await ADD.run(session, {"rows": as_rows([word(2, "二")])})
        with pytest.raises(IntegrityError):
            await ADD.run(session, {"rows": as_rows([word(3, "一")])})
        await savepoint.rollback()
        await ADD.run(session, {"rows": as_rows([word(4, "四")])})
    async with database.sessions.begin() as session:
        assert sorted(await said(session)) == ["一", "四"]


@pytest.mark.parametrize(
    ("statement", "kind", "sqlstate"),
    [
        ("insert into said_word (id, said, detail, at) values (:id, '言语', '{}', now())", IntegrityError, "23505"),
        ("select cast('言语' as date), cast(:id as uuid)", DataError, "22007"),
        ("select 1 from nowhere where cast(:id as uuid) is null", DBAPIError, "42P01"),
    ],
)
async def test_a_refusal_is_a_session_s_error_and_quotes_no_row(
    database: Database, statement: str, kind: type[DBAPIError], sqlstate: str
) -> None:
    refused = Statement(text(statement).bindparams(bindparam("id", type_=Uuid)))
    async with database.sessions() as session:
        await ADD.run(session, {"rows": as_rows([word(1, "言语")])})
        with pytest.raises(kind) as caught:
            await refused.rows(session, {"id": UUID(int=2)})
        assert getattr(caught.value.orig, "sqlstate", None) == sqlstate
        assert caught.value.__cause__ is None
        if kind is IntegrityError:
            assert "言语" not in str(caught.value)
        await session.rollback()
        assert await said(session) == []


@pytest.mark.parametrize("is_begun", [False, True])
async def test_a_server_s_process_that_ends_is_a_lost_connection(
    database: Database, words: ServiceDatabase, *, is_begun: bool
) -> None:
    """Also where the first statement was to begin the transaction."""
    owner = Database(words.app)
    async with database.sessions() as session:
        driver = (await (await session.connection()).get_raw_connection()).driver_connection
        assert driver is not None
        process = driver.get_server_pid()
        if is_begun:
            assert await Statement(text("select pg_backend_pid()")).scalar(session) == process
        async with owner.sessions.begin() as other:
            is_gone = "select pg_terminate_backend(:process, 60000)"
            assert await other.scalar(text(is_gone), {"process": process})
        with pytest.raises(DBAPIError) as caught:
            await said(session)
        told = caught.value
        assert told.connection_invalidated or getattr(told.orig, "sqlstate", "").startswith("57P")
    async with database.sessions.begin() as session:
        assert await said(session) == []
    await owner.close()


@pytest.mark.parametrize(
    "asked", [Word.said.in_(["一"]), Word.said.in_(bindparam("said", ["一"], expanding=True, literal_execute=True))]
)
async def test_a_list_that_would_change_the_statement_is_refused(database: Database, asked: Any) -> None:
    async with database.sessions.begin() as session:
        await session.execute(text("select 1"))
        with pytest.raises(TypeError, match="one parameter"):
            await Statement(select(Word.id).where(asked)).rows(session)


async def test_who_counts_statements_is_told_of_each(database: Database) -> None:
    seen: list[str] = []
    async with database.sessions.begin() as session:
        await session.execute(text("select 1"))
        with watched(seen.append):
            await said(session)
        await said(session)
    assert len(seen) == 1
    assert "said_word" in seen[0]


async def test_plans_are_kept_until_the_transaction_ends(database: Database) -> None:
    shown = text("show plan_cache_mode")
    async with database.sessions.begin() as session:
        await keep_plans(session)
        assert await session.scalar(shown) == "force_generic_plan"
    async with database.sessions.begin() as session:
        assert await session.scalar(shown) == "auto", "of the same connection"


async def test_plans_are_made_anew_within_the_block_alone(database: Database) -> None:
    shown = text("show plan_cache_mode")
    async with database.sessions.begin() as session:
        async with planned_anew(session):
            assert await session.scalar(shown) == "force_custom_plan"
        assert await session.scalar(shown) == "auto"
        with pytest.raises(LookupError):
            async with planned_anew(session):
                raise LookupError
        assert await session.scalar(shown) == "auto"
        with pytest.raises(DBAPIError):
            async with planned_anew(session):
                await session.execute(text("select 1 / 0"))
