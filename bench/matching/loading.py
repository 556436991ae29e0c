"""Loading clues through COPY by several processes: generated, prepared and stored without the services in between."""

import asyncio
import os
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_EXCEPTION, ProcessPoolExecutor, as_completed, wait
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any
from uuid import UUID

import asyncpg
from clue_service.matching.prepared import FEATURES_VERSION, ClueText, dump_features, dump_grams
from clue_service.matching.repository import create_tables
from clue_service.matching.retrieval import retrieval_function
from clue_service.matching.service import Matcher

from matching.crowd import CITY, Body, crowd

Progress = Callable[[int], None]
FIRST = CITY  # the first id of the crowd
_KEYS = "ix_clue_key_keys"


@dataclass(frozen=True)
class City:
    """One job: so many clues of one city, stored with ids from ``first`` on."""

    number: int
    first: int
    count: int


def cities(until: int) -> Iterator[City]:
    """Cities whose clues have the ids up to ``until``, not included; before ``FIRST`` lie those that are asked for."""
    for number in range(1, -(-until // CITY)):
        first = number * CITY
        yield City(number, first, min(CITY, until - first))


async def make_tables(database: Any, dsn: str) -> None:
    """Tables of the engine unless there are some of this version, and one with the texts."""
    connection = await asyncpg.connect(dsn)
    try:
        known = await connection.fetchval("SELECT to_regclass('bench_text') IS NOT NULL")
        stored = await connection.fetchval("SELECT min(format) FROM clue_key WHERE id >= $1", FIRST) if known else None
    finally:
        await connection.close()
    if stored == FEATURES_VERSION:
        await run(dsn, retrieval_function())
        return
    async with database.sessions.begin() as session:
        await create_tables(session)
    await run(dsn, "DROP TABLE IF EXISTS bench_text", "CREATE TABLE bench_text (id bigint, body text)")


async def run(dsn: str, *statements: str, settings: str = "") -> None:
    """Carry out statements one by one; each may take an hour."""
    connection = await asyncpg.connect(dsn)
    try:
        if settings:
            await connection.execute(settings)
        for statement in statements:
            await connection.execute(statement, timeout=3_600)
    finally:
        await connection.close()


async def still_missing(dsn: str, jobs: list[City]) -> list[City]:
    """The jobs that a run before did not store; each is stored whole or not at all."""
    connection = await asyncpg.connect(dsn)
    try:
        firsts = [job.first for job in jobs]
        rows = await connection.fetch("SELECT id FROM clue_key WHERE id = ANY ($1::bigint[])", firsts)
    finally:
        await connection.close()
    stored = {row["id"] for row in rows}
    return [job for job in jobs if job.first not in stored]


async def before_loading(dsn: str, *, is_bulk: bool) -> None:
    """Erase what was stored below FIRST. For a bulk load drop the index, which is built at once afterwards."""
    if is_bulk:
        await run(dsn, f"DROP INDEX IF EXISTS {_KEYS}")
    await run(
        dsn,
        f"DELETE FROM clue_key WHERE id < {FIRST}",
        f"DELETE FROM bench_text WHERE id < {FIRST}",
        "DELETE FROM matching_frequency",
    )


async def after_loading(dsn: str) -> None:
    """Build the index, go on counting where the ids end, tell the planner."""
    await run(
        dsn,
        f"CREATE INDEX IF NOT EXISTS {_KEYS} ON clue_key USING gin (keys) WITH (fastupdate = off)",
        "SELECT setval(pg_get_serial_sequence('clue_key', 'id'), (SELECT max(id) FROM clue_key))",
        "VACUUM ANALYZE clue_key",
        "VACUUM ANALYZE clue_feature",
        "ANALYZE bench_text",
        settings="SET maintenance_work_mem = '1GB'",
    )


async def warm(dsn: str) -> None:
    """Read what a search reads into PostgreSQL's buffers, as a database that has run for a while has it there."""
    tables = ("clue_key", _KEYS, "pk_clue_key", "clue_feature", "pk_clue_feature")
    await run(dsn, *(f"SELECT pg_prewarm('{table}')" for table in tables))


def load_cities(dsn: str, jobs: list[City], advance: Progress) -> None:
    """Generate, prepare and store, one process for each core; the first job that fails ends it."""
    workers = min(os.cpu_count() or 1, 8)
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        futures = [pool.submit(_load_city, dsn, job) for job in jobs]
        for future in futures:
            future.add_done_callback(lambda done: advance(0 if done.cancelled() or done.exception() else done.result()))
        done, waiting = wait(futures, return_when=FIRST_EXCEPTION)
        for future in waiting:
            future.cancel()
        for future in as_completed(done):
            future.result()


def _load_city(dsn: str, job: City) -> int:
    asyncio.run(store(dsn, crowd(job.number, job.count), job.first))
    return job.count


async def store(dsn: str, bodies: list[Body], first: int) -> None:
    """Prepare clues and store them with ids from ``first`` on: what the engine needs, and the text for its peers."""
    matcher = Matcher()
    keys: list[tuple[Any, ...]] = []
    features: list[tuple[Any, ...]] = []
    texts: list[tuple[Any, ...]] = []
    for number, body in enumerate(bodies, first):
        prepared = matcher.prepare(ClueText.of_body(body))
        keys.append((number, clue_id(number), prepared.commission, prepared.keys.tolist(), FEATURES_VERSION))
        features.append((number, dump_features(prepared), dump_grams(prepared)))
        texts.append((number, text_of(body)))
    connection = await asyncpg.connect(dsn)
    try:
        async with connection.transaction():
            await _copy(connection, "clue_key", ["id", "clue_id", "commission", "keys", "format"], keys)
            await _copy(connection, "clue_feature", ["id", "features", "grams"], features)
            await _copy(connection, "bench_text", ["id", "body"], texts)
    finally:
        await connection.close()


async def _copy(connection: Any, table: str, columns: list[str], rows: list[tuple[Any, ...]]) -> None:
    await connection.copy_records_to_table(table, records=rows, columns=columns, timeout=600)


def clue_id(number: int) -> UUID:
    """The clue of a stored number."""
    return UUID(int=number)


def text_of(body: Body) -> str:
    """All that a clue says, as its peers read it."""
    said = [str(value) for subject in body["subjects"] for value in subject.values() if value]
    said += [str(value) for one in body["allegations"] for value in (one["text"], one.get("place")) if value]
    return " ".join(said)
