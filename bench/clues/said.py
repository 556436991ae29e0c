"""What a search must not be slow for: a name and a phrase that stand in old clues alone, a name that others' bear."""

import asyncpg

from clues.loading import COMMISSIONS

NAME_OF_OLD, PHRASE_OF_OLD, NAME_OF_OTHERS = "司马旧人", "往年移送旧件", "诸葛他处"
_OF_OFFICE = f"id % {COMMISSIONS} = 7"
_OF_OTHERS = f"id % {COMMISSIONS} between 8 and 19"
_OLD = "id <= (select max(id) / 5 from bench_number)"
_ADD = f"""
    insert into {{table}} (clue_id, position, {{column}}, commission)
    select clue_id, 1, $1, 'cdi-' || id % {COMMISSIONS} from bench_number where {{which}} order by id
"""
_ADDED = (
    (NAME_OF_OLD, _ADD.format(table="clue_subject", column="name", which=f"{_OF_OFFICE} and {_OLD}")),
    (PHRASE_OF_OLD, _ADD.format(table="clue_allegation", column="text", which=f"{_OF_OFFICE} and {_OLD}")),
    (NAME_OF_OTHERS, _ADD.format(table="clue_subject", column="name", which=_OF_OTHERS)),
)


async def fill(dsn: str) -> None:
    """Have clues say it: a fifth of one commission's, the oldest, and three tenths of all; once."""
    connection = await asyncpg.connect(dsn)
    try:
        if await connection.fetchval("select to_regclass('bench_said') is not null"):
            return
        async with connection.transaction():
            for said, statement in _ADDED:
                await connection.execute(statement, said, timeout=1_800)
            await connection.execute("create table bench_said ()")
        for table in ("clue_subject", "clue_allegation"):
            await connection.execute(f"vacuum analyze {table}", timeout=1_800)
    finally:
        await connection.close()
