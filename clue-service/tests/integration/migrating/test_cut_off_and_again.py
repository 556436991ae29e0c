"""What was cut off goes on where it was, and what is done is not done again."""

import asyncio
import sys
from typing import Any

import asyncpg
import pytest
from alembic import command
from chassis.migrations import alembic_config
from clue_service.main import SERVICE
from sqlalchemy.exc import SQLAlchemyError

FILLED = "select id, xmin::text from clue_subject where commission is not null"
SAID = """
    select id, ctid::text, xmin::text from clue_subject
    union all select id, ctid::text, xmin::text from clue_allegation
"""
IDLE = """
    select pid from pg_stat_activity where datname = current_database() and state = 'idle' and query ilike 'commit%'
    and pid <> $1
"""
MIGRATE = "import sys; from chassis.migrations import migrate; migrate(*sys.argv[1:])"


async def test_what_was_cut_off_goes_on_where_it_was(beside: Any) -> None:
    await beside.migration("0036")
    async with beside.row_held():
        migrating = beside.migration()
        migrator = await beside.until_waiting("update clue_subject")
        before = set(await beside.watch.fetch(FILLED))
        await beside.watch.execute(f"select pg_terminate_backend({migrator})")
        with pytest.raises(SQLAlchemyError):
            await migrating
    assert len(before) == 14_999
    assert await beside.revision() == "0036"
    await beside.migration()
    assert before <= set(await beside.watch.fetch(FILLED))
    assert await beside.is_whole()


async def test_an_index_that_an_earlier_try_left_invalid_is_made_anew(beside: Any) -> None:
    await beside.migration("0037")
    builder = await beside.builder()
    async with beside.table_held():
        index = "create index concurrently ix_clue_subject_pairs on clue_subject (post)"
        making = asyncio.create_task(builder.execute(index))
        await beside.watch.execute(f"select pg_cancel_backend({await beside.until_waiting('create index')})")
        with pytest.raises(asyncpg.QueryCanceledError):
            await making
    ((*_, is_valid),) = await beside.indexes()
    assert is_valid is False
    await beside.migration()
    assert await beside.is_whole()
    made = await beside.watch.fetchval("select indexdef from pg_indexes where indexname = 'ix_clue_subject_pairs'")
    assert "names_within(" in made


async def test_what_an_earlier_build_of_this_release_did_is_not_done_again(beside: Any) -> None:
    """It filled the column and made the indexes in 0036."""
    await beside.migration("0038")
    await beside.watch.execute("update alembic_version set version_num = '0036'")
    before = await beside.indexes(), set(await beside.watch.fetch(SAID))
    await beside.migration()
    assert (await beside.indexes(), set(await beside.watch.fetch(SAID))) == before
    assert await beside.is_whole()


async def test_what_was_taken_back_is_done_again(beside: Any) -> None:
    await beside.migration()
    await asyncio.to_thread(command.downgrade, alembic_config(SERVICE.migrations, beside.url), "0035")
    assert await beside.indexes() == []
    await beside.migration()
    assert await beside.is_whole()


async def test_two_migrators_at_once_do_it_once(beside: Any) -> None:
    """The second waits while the first makes an index, and not so that the index waits for it."""
    await beside.migration("0037")
    async with beside.table_held():
        first = beside.migration()
        await beside.until_waiting("create index concurrently")
        second = await asyncio.create_subprocess_exec(sys.executable, "-c", MIGRATE, SERVICE.migrations, beside.url)
        async with asyncio.timeout(90):
            while await beside.watch.fetchval(IDLE, beside.watch.get_server_pid()) is None:
                await beside.watch.execute("select pg_sleep(0.01)")
    await first
    assert await second.wait() == 0
    assert await beside.is_whole()
