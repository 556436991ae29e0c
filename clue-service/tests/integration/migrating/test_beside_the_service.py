"""Clues get their commissions and indexes while the release before reads and writes them."""

import asyncio
import itertools
from typing import Any


async def test_the_service_goes_on_from_the_first_statement_to_the_last(beside: Any) -> None:
    migrating = beside.migration()

    async def work_on(name: str) -> int:
        session = await beside.service()
        for number in itertools.count(1):
            await beside.work(session, f"{name}{number}")
            if migrating.done():
                return number
        raise AssertionError

    written = await asyncio.gather(*(work_on(name) for name in "abc"))
    await migrating
    assert await beside.is_whole(sum(written))


async def test_whoever_waits_for_one_table_holds_no_other(beside: Any) -> None:
    """An intake has the clue in its hands and then stores what it says; the two would wait for each other."""
    reader, intake = await beside.service(), await beside.service()
    async with intake.transaction():
        await intake.execute("update clue set version = version where clue_no = 'n-1'")
        async with reader.transaction():
            await reader.execute("select from clue_subject limit 1")
            migrating = beside.migration()
            await beside.until_waiting("alter table clue_subject")
            saying = asyncio.create_task(intake.execute("update clue_subject set post = '科长' where position = 7"))
            await beside.until_waiting("update clue_subject")
        await saying
    await migrating
    assert await beside.is_whole()


async def test_a_row_that_somebody_holds_holds_up_nobody_else(beside: Any) -> None:
    await beside.migration("0036")
    async with beside.row_held():
        migrating = beside.migration()
        migrator = await beside.until_waiting("update clue_subject")
        assert await beside.watch.fetchval("select count(*) from clue_subject where commission <> ''") == 14_999
        assert await beside.locks(migrator) <= {"AccessShareLock", "RowShareLock", "RowExclusiveLock"}
        await beside.work(await beside.service(), "new")
    await migrating
    assert await beside.is_whole(1)


async def test_indexes_are_made_while_others_write(beside: Any) -> None:
    await beside.migration("0037")
    async with beside.table_held():
        migrating = beside.migration()
        migrator = await beside.until_waiting("create index concurrently")
        assert not await beside.locks(migrator) & {"ShareLock", "ShareRowExclusiveLock", "AccessExclusiveLock"}
        await beside.work(await beside.service(), "new")
    await migrating
    assert await beside.is_whole(1)
