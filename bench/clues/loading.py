"""A service's database full of clues: features by COPY, everything a list of clues shows by SQL."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
from chassis.embedded import EmbeddedPostgres, ServiceDatabase
from chassis.migrations import migrate
from clue_service.main import SERVICE
from clue_service.matching.prepared import FEATURES_VERSION
from matching import loading as features
from matching.crowd import Planted

COMMISSIONS = 40
OFFICES = 5
_MATCHING = ("clue_key", "clue_feature", "bench_text")
_COLUMNS = """
    select attname from pg_attribute where attrelid = $1::text::regclass and attnum > 0 and not attisdropped
"""
_STATES = ("registered", "registered", "accepted", "assigned", "assigned", "disposition_proposed", "talk_inquiry",
           "preliminary_verification", "on_hold", "closed", "closed", "closed", "closed", "archived", "archived",
           "archived")  # fmt: skip
_SOURCES = (
    "PETITION",
    "PETITION",
    "PETITION",
    "SUPERIOR_ASSIGNED",
    "SUPERVISION_CHECK",
    "AUDIT",
    "INSPECTION",
    "OTHER",
)

# Of every commission as many; what is newest is what has the highest id. Handled clues have a lead unit and a clock.
_CLUES = f"""
    insert into clue (id, clue_no, status, closure, version, source_code, channel, received_on, registered_at,
        registered_by, commission, receiving_unit, origin_ref, secrecy_level, overlap_policy, blind_hits_withheld,
        subject_units, lead_unit, co_units, members, approvers, due_rule, clock_start, due_at, due_provisional)
    select clue_id, commission || '-2026-' || lpad((id / {COMMISSIONS})::text, 6, '0'), status,
        case when status in ('closed', 'archived') then 'direct' end, 3, source_code, 'letter', received_on,
        received_on + time '09:00', 'officer-' || id % 200, commission, 'pet-' || id % {COMMISSIONS},
        'bench:' || id, 'internal', 'announce', false, array['su-' || id % 3000],
        case when is_handled then 'office-' || id % {COMMISSIONS} || '-' || id / {COMMISSIONS} % {OFFICES} end,
        case when is_handled and id / {COMMISSIONS} % 20 = 0
            then array['office-' || id % {COMMISSIONS} || '-' || (id / {COMMISSIONS} + 1) % {OFFICES}]
            else '{{}}'::text[] end,
        case when is_handled and id / {COMMISSIONS} % 3 = 0 then array['handler-' || id % 500] else '{{}}'::text[] end,
        case when is_handled and id / {COMMISSIONS} % 4 = 0 then array['leader-' || id % {COMMISSIONS}]
            else '{{}}'::text[] end,
        case when runs then 'disposition_opinion' end, case when runs then received_on end,
        case when runs then received_on + interval '40 days' end, false
    from (
        select *, status not in ('registered', 'accepted') as is_handled,
            status in ('assigned', 'talk_inquiry', 'preliminary_verification', 'on_hold') as runs
        from (
            select id, clue_id, 'cdi-' || id % {COMMISSIONS} as commission,
                ($1::text[])[1 + abs(hashint8(id)::bigint) % {len(_STATES)}] as status,
                ($2::text[])[1 + abs(hashint8(id + 1)::bigint) % {len(_SOURCES)}] as source_code,
                date '2026-11-20' - (abs(hashint8(id + 2)::bigint) % 2000)::int as received_on
            from bench_number
        ) as drawn
    ) as made
    order by clue_id
"""
_SUBJECTS = f"""
    insert into clue_subject (clue_id, position, name, unit_name, post, commission)
    select clue_id, 0, '测试' || id % 90000, '测试单位' || id % 3000, '科长', 'cdi-' || id % {COMMISSIONS}
    from bench_number order by clue_id
"""
_ALLEGATIONS = f"""
    insert into clue_allegation (clue_id, position, category_code, text, commission)
    select clue_id, 0, (array['D1','D3','D4','D5','C1','C2','C3','V1'])[1 + abs(hashint8(id + 3)::bigint) % 8],
        coalesce(body, '测试' || id % 90000 || '任职期间虚报冒领补贴' || id * 37 % 100000 || '元，群众反映强烈。'),
        'cdi-' || id % {COMMISSIONS}
    from bench_number left join bench_text using (id) order by clue_id
"""


def name_of(size: int) -> str:
    """The database of so many clues."""
    return f"clues_{size}"


def load(server: EmbeddedPostgres, size: int, planted: Planted) -> ServiceDatabase:
    """A migrated database with so many clues; one that lies there complete is left as it is."""
    database = server.create_service_database(name_of(size), extensions=("pg_trgm", "pg_prewarm"))
    migrate(SERVICE.migrations, database.owner)
    dsn = server.url(database=database.name, driver="postgresql")
    if asyncio.run(_is_complete(dsn)):
        return database
    began = time.monotonic()
    asyncio.run(features.run(dsn, *_numbers(size)))
    _load_features(server, dsn, size, planted)
    print(f"features of {size:,} clues after {time.monotonic() - began:.0f} s", flush=True)
    asyncio.run(_fill(dsn))
    print(f"{size:,} clues after {time.monotonic() - began:.0f} s", flush=True)
    return database


def _numbers(size: int) -> tuple[str, ...]:
    """The numbers of the clues with their ids, as ``matching.loading.clue_id`` makes them."""
    return (
        "create table if not exists bench_text (id bigint, body text)",
        (
            "create unlogged table if not exists bench_number as select id, lpad(to_hex(id), 32, '0')::uuid as clue_id "
            f"from generate_series(1::bigint, {size - 1}) as id"
        ),
        "analyze bench_number",
    )


def _load_features(server: EmbeddedPostgres, dsn: str, size: int, planted: Planted) -> None:
    asyncio.run(features.before_loading(dsn, is_bulk=True))
    prepared = server.url(database=f"growth_{size}", driver="postgresql")
    if asyncio.run(_is_prepared(prepared, size)):
        asyncio.run(features.run(dsn, "truncate clue_key, clue_feature, bench_text"))
        asyncio.run(_take_over(prepared, dsn))
    else:
        jobs = asyncio.run(features.still_missing(dsn, list(features.cities(size))))
        asyncio.run(features.store(dsn, planted.stored, 1))
        features.load_cities(dsn, jobs, lambda _: None)
    asyncio.run(features.after_loading(dsn))


async def _is_complete(dsn: str) -> bool:
    connection = await asyncpg.connect(dsn)
    try:
        return bool(await connection.fetchval("select to_regclass('bench_loaded') is not null"))
    finally:
        await connection.close()


async def _is_prepared(dsn: str, size: int) -> bool:
    """Whether ``bench matching`` left the features of so many clues in this folder, of this version."""
    try:
        connection = await asyncpg.connect(dsn)
    except asyncpg.InvalidCatalogNameError:
        return False
    try:
        if not await connection.fetchval("select to_regclass('bench_text') is not null"):
            return False  # a run of it that has not begun to store
        found = await connection.fetchval("select count(*) from clue_key where format = $1", FEATURES_VERSION)
        return bool(found >= size - 1)
    finally:
        await connection.close()


async def _take_over(source: str, target: str) -> None:
    """Copy the tables of matching from one database of a server to another."""
    reader, writer = await asyncpg.connect(source), await asyncpg.connect(target)
    try:
        for table in _MATCHING:
            rows = await reader.fetch(_COLUMNS, table)
            await _copy_table(reader, writer, table, [row["attname"] for row in rows])
    finally:
        await reader.close()
        await writer.close()


async def _copy_table(reader: Any, writer: Any, table: str, columns: list[str]) -> None:
    pieces: asyncio.Queue[bytes | None] = asyncio.Queue(32)

    async def send() -> None:
        await reader.copy_from_table(table, columns=columns, output=pieces.put, format="binary", timeout=1_800)
        await pieces.put(None)

    async def arriving() -> AsyncIterator[bytes]:
        while (piece := await pieces.get()) is not None:
            yield piece

    sending = asyncio.create_task(send())
    await writer.copy_to_table(table, source=arriving(), columns=columns, format="binary", timeout=1_800)
    await sending


async def _fill(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        indexes = await connection.fetch(
            "select indexname, indexdef from pg_indexes where tablename in ('clue', 'clue_subject', 'clue_allegation')"
            " and indexdef not like 'CREATE UNIQUE%'"
        )
        async with connection.transaction():  # all or nothing: a run that was cut off begins anew
            await connection.execute("set local maintenance_work_mem = '512MB'")
            for index in indexes:
                await connection.execute(f"drop index {index['indexname']}")
            await connection.execute(_CLUES, list(_STATES), list(_SOURCES), timeout=1_800)
            for statement in (_SUBJECTS, _ALLEGATIONS, *(index["indexdef"] for index in indexes)):
                await connection.execute(statement, timeout=1_800)
            await connection.execute(
                "insert into clue_number (commission, year, last) "
                f"select 'cdi-' || n, 2026, 900000 from generate_series(0, {COMMISSIONS - 1}) as n"
            )
            await connection.execute("create table bench_loaded ()")
        for table in ("clue", "clue_subject", "clue_allegation"):
            await connection.execute(f"vacuum analyze {table}", timeout=1_800)
    finally:
        await connection.close()
