"""How long the migration that writes the most runs beside a service, and how long that waits at worst.

    python bench migrating --from=FOLDER [--size=1000000] [--quick]

FOLDER is what `bench clues --folder` left, its server stopped; a database of it is copied there, taken back to the
schema of before, migrated beside a reader and a writer who do as the release before did, and dropped.
"""

import argparse
import asyncio
import os
import random
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeAlias

import asyncpg
import machine
from alembic import command
from chassis.embedded import EmbeddedPostgres
from chassis.migrations import alembic_config, migrate
from clue_service.main import SERVICE
from clues.loading import name_of
from matching import server_settings

PAGE = Path(__file__).resolve().parents[1] / "docs/benchmarks/migrating.md"
BEFORE = "0035"
TABLES = ("clue_subject", "clue_allegation")
QUIET_S = 30.0
PAUSE_S = 0.02  # light: what an office does, not what the service can bear

_READ = """
    select clue.clue_no, clue_subject.name, clue_allegation.text
    from clue join clue_subject on clue_subject.clue_id = clue.id
    join clue_allegation on clue_allegation.clue_id = clue.id where clue.id = $1
"""
_REGISTER = """
    insert into clue (id, clue_no, status, version, source_code, channel, received_on, registered_at, registered_by,
        commission, receiving_unit, secrecy_level, overlap_policy, blind_hits_withheld, subject_units, co_units,
        members, approvers, due_provisional)
    values (uuidv7(), $1, 'registered', 1, 'PETITION', 'letter', date '2026-11-20', now(), 'officer', 'cdi-1', 'pet-1',
        'internal', 'announce', false, '{}', '{}', '{}', '{}', false)
    returning id
"""
_SAY = (
    "insert into clue_subject (clue_id, position, name) values ($1, 0, '测试新件')",
    "insert into clue_allegation (clue_id, position, text) values ($1, 0, '测试任职期间虚报冒领补贴')",
)
_CHANGE = "update clue_subject set post = '副科长' where clue_id = $1"

Connection: TypeAlias = "asyncpg.Connection[Any]"
Step: TypeAlias = "Callable[[Connection, Any], Awaitable[None]]"
Took: TypeAlias = "list[tuple[float, float]]"
"""When each began, and its seconds."""
Beside: TypeAlias = "Mapping[str, Mapping[str, Took]]"
Sizes: TypeAlias = "Mapping[str, tuple[int, int]]"


def main() -> None:
    """Copy, take back, migrate beside a service; print the page and write it unless ``--quick``."""
    parser = argparse.ArgumentParser(prog="bench migrating")
    parser.add_argument("--from", dest="source", type=Path, required=True, help="folder that `bench clues` left")
    parser.add_argument("--size", type=int, default=1_000_000, help="clues stored")
    parser.add_argument("--quick", action="store_true", help="write no page")
    asked = parser.parse_known_args([one for one in sys.argv[1:] if one.startswith("--")])[0]
    load = os.getloadavg()[0]
    with EmbeddedPostgres(asked.source / "postgres", settings=server_settings()) as server:
        server.drop_database("migrating")
        database = server.clone_database(name_of(asked.size), "migrating")
        dsn = server.url(database=database.name, driver="postgresql")
        try:
            command.downgrade(alembic_config(SERVICE.migrations, database.owner), BEFORE)
            text = page(asked.size, load, *asyncio.run(_measure(dsn, database.owner)))
        finally:
            server.drop_database(database.name)
    print(text)
    if not asked.quick:
        PAGE.write_text(text)


async def _measure(dsn: str, owner: str) -> tuple[Beside, Mapping[str, float], Sequence[Sizes]]:
    watch = await asyncpg.connect(dsn)
    assert await watch.fetchval("select version_num from alembic_version") == BEFORE, "loaded by a newer release"
    for table in TABLES:
        await watch.execute(f"vacuum (full, analyze) {table}", timeout=1_800)
    clues = [row["id"] for row in await watch.fetch("select id from clue tablesample system (1)")]
    sizes, beside, reached = [await _sizes(watch)], dict[str, dict[str, Took]](), dict[str, float]()
    beside["before"] = await _beside(dsn, clues, asyncio.sleep(QUIET_S))
    during = await _beside(dsn, clues, _migrate(watch, owner, reached))
    for (_, begin), (revision, end) in pairwise(reached.items()):
        beside[f"to {revision}"] = {
            name: [one for one in took if begin <= one[0] < end] for name, took in during.items()
        }
    sizes.append(await _sizes(watch))
    assert not await watch.fetchval(f"select count(*) from {TABLES[0]} where commission is null")
    await watch.close()
    return beside, reached, sizes


async def _migrate(watch: Connection, owner: str, reached: dict[str, float]) -> None:
    migrating = asyncio.create_task(asyncio.to_thread(migrate, SERVICE.migrations, owner))
    is_over = False
    while not is_over:
        is_over = migrating.done()
        reached.setdefault(await watch.fetchval("select version_num from alembic_version"), time.monotonic())
        await asyncio.wait({migrating}, timeout=0.2)
    await migrating


async def _beside(dsn: str, clues: list[Any], work: Awaitable[Any]) -> dict[str, Took]:
    """What reads and writes took while the work was done."""
    is_over = asyncio.Event()
    steps = {"reads": _read, "writes": _write}
    tasks = {name: asyncio.create_task(_repeat(dsn, clues, step, is_over)) for name, step in steps.items()}
    await work
    is_over.set()
    return {name: await task for name, task in tasks.items()}


async def _repeat(dsn: str, clues: list[Any], step: Step, is_over: asyncio.Event) -> Took:
    session = await asyncpg.connect(dsn)
    took: Took = []
    while not is_over.is_set():
        began = time.monotonic()
        await step(session, random.choice(clues))
        took.append((began, time.monotonic() - began))
        await asyncio.sleep(PAUSE_S)
    await session.close()
    return took


async def _read(session: Connection, clue: Any) -> None:
    await session.fetch(_READ, clue)


async def _write(session: Connection, clue: Any) -> None:
    async with session.transaction():
        new = await session.fetchval(_REGISTER, f"new-{time.time_ns()}")
        for statement in _SAY:
            await session.execute(statement, new)
        await session.execute(_CHANGE, clue)


async def _sizes(watch: Connection) -> dict[str, tuple[int, int]]:
    """Megabytes of the tables and of their indexes."""
    query = "select pg_table_size($1::text::regclass) >> 20, pg_indexes_size($1::text::regclass) >> 20"
    found = {table: await watch.fetchrow(query, table) for table in TABLES}
    return {table: (row[0], row[1]) for table, row in found.items() if row is not None}


_PAGE = """# A long migration beside the service

`python bench migrating`: {size:,} clues, from {before} to {after}, beside one reader and one writer. They do in SQL
what the release before did, and rest {pause:.0f} ms after each: a clue read by its id with what it says; a clue
registered and the subject of an old one changed, in one transaction. Load of the machine when it began: {load:.1f}.

{machine}
In all {minutes:.1f} minutes.

| to revision | took |
|---|---|
{steps}

| ms | number | half below | 99 of 100 below | slowest |
|---|---|---|---|---|
{rows}

| MiB, table + indexes | before, freshly written | after |
|---|---|---|
{tables}
"""


def page(size: int, load: float, beside: Beside, reached: Mapping[str, float], sizes: Sequence[Sizes]) -> str:
    """The page of a run."""
    ended = list(reached.items())
    first, last = sizes
    return _PAGE.format(
        size=size,
        before=BEFORE,
        after=ended[-1][0],
        pause=PAUSE_S * 1000,
        load=load,
        machine=machine.described(),
        minutes=(ended[-1][1] - ended[0][1]) / 60,
        steps="\n".join(f"| {now} | {end - begin:,.0f} s |" for (_, begin), (now, end) in pairwise(ended)),
        rows="\n".join(
            f"| {name}, {when} | {len(took):,} | {_ms(took, 50)} | {_ms(took, 99)} | {_slowest(took):,.0f} |"
            for when, found in beside.items()
            for name, took in found.items()
            if len(took) > 1
        ),
        tables="\n".join(f"| {table} | {_both(first[table])} | {_both(last[table])} |" for table in TABLES),
    )


def _both(sizes: tuple[int, int]) -> str:
    return f"{sizes[0]:,} + {sizes[1]:,}"


def _slowest(took: Took) -> float:
    return max(seconds for _, seconds in took) * 1000


def _ms(took: Took, percent: int) -> str:
    return f"{statistics.quantiles([one for _, one in took], n=100)[percent - 1] * 1000:,.1f}"
