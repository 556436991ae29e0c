"""What a retrieval reads stays bounded and goes through the index, whatever lies in the tables."""

from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import asyncpg
import pytest
from chassis.db import Database
from chassis.embedded import EmbeddedPostgres, ServiceDatabase
from clue_service.corpus.generate import Corpus
from clue_service.matching import repository
from clue_service.matching.cli import matching_database
from clue_service.matching.prepared import FEATURES_VERSION, ClueText, Prepared, dump_features, dump_grams
from clue_service.matching.repository import Search
from clue_service.matching.service import Matcher
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

FLOOD = 3_000


def letter(number: int = 0, of: str = "fit") -> ClueText:
    return ClueText.of_body(Corpus(5, of).clues(number + 1)[number])


@pytest.fixture
async def database(postgres_server: EmbeddedPostgres) -> AsyncIterator[Database]:
    """Empty matching tables, once more the same ones for each test."""
    async with matching_database(postgres_server.create_service_database("matching").owner) as made:
        yield made


async def copy_in(database: Database, letters: list[Prepared]) -> list[UUID]:
    """Load prepared letters as a bulk load would."""
    connection = await asyncpg.connect(database.url.replace("+asyncpg", ""))
    ids = [uuid4() for _ in letters]
    keys = [
        (n, clue, one.commission, one.keys.tolist(), FEATURES_VERSION)
        for n, (clue, one) in enumerate(zip(ids, letters, strict=True), 1)
    ]
    features = [(n, dump_features(one), dump_grams(one)) for n, one in enumerate(letters, 1)]
    columns = ["id", "clue_id", "commission", "keys", "format"]
    await connection.copy_records_to_table("clue_key", records=keys, columns=columns)
    await connection.copy_records_to_table("clue_feature", records=features, columns=["id", "features", "grams"])
    await connection.execute("ANALYZE clue_key, clue_feature")
    await connection.close()
    return ids


async def read_so_far(session: AsyncSession, statistic: str, relation: str) -> int:
    """One of PostgreSQL's counters for this transaction: numscans, tuples_returned, tuples_fetched."""
    return int(await session.scalar(text(f"SELECT pg_stat_get_xact_{statistic}('{relation}'::regclass)")) or 0)


async def test_a_search_in_a_flood_of_one_letter_reads_a_bounded_part_of_it(database: Database) -> None:
    matcher = Matcher()
    flood = matcher.prepare(letter(3))
    await copy_in(database, [matcher.prepare(letter(n)) for n in range(3)] + [flood] * FLOOD)
    async with database.sessions.begin() as session:
        await matcher.start(session)
        search = matcher.search_for(uuid4(), flood)
        before = await read_so_far(session, "tuples_fetched", "clue_key")
        found = await matcher.candidates(session, uuid4(), flood)
        looked_at = await read_so_far(session, "tuples_fetched", "clue_key") - before
        postings = await read_so_far(session, "tuples_returned", "ix_clue_key_keys")
    assert len(found) == 50
    assert len(search.keys) <= 6
    assert 0 < looked_at <= len(search.keys) * search.per_key
    assert looked_at < 2 * FLOOD
    assert postings <= len(search.keys) * (FLOOD + 3)


async def test_another_letter_is_found_in_spite_of_a_flood(database: Database) -> None:
    matcher = Matcher()
    one = Corpus(5, "unseen").clues(40)
    mates = [body for body in one if body["matter_ids"] == one[7]["matter_ids"]] or [one[7]]
    ids = await copy_in(database, [matcher.prepare(letter(3))] * FLOOD + [matcher.prepare(ClueText.of_body(mates[0]))])
    async with database.sessions.begin() as session:
        await matcher.start(session)
        found = await matcher.candidates(session, uuid4(), matcher.prepare(ClueText.of_body(mates[-1])))
    assert found[0].clue_id == ids[-1]


@pytest.mark.parametrize("size", [1, 20, 400])
async def test_small_tables_too_are_searched_through_the_index(database: Database, size: int) -> None:
    matcher = Matcher()
    clues = Corpus(6).clues(size)
    await copy_in(database, [matcher.prepare(ClueText.of_body(clue)) for clue in clues])
    asked = matcher.prepare(ClueText.of_body(clues[0]))
    async with database.sessions.begin() as session:
        await matcher.start(session)
        plan = await repository.explain_retrieval(session, matcher.search_for(uuid4(), asked))
    assert "Bitmap Index Scan on ix_clue_key_keys" in plan
    assert "Seq Scan" not in plan
    assert "using pk_clue_feature" in plan


async def test_the_migrations_make_the_same_search_as_the_models(
    database: Database, service_database: ServiceDatabase
) -> None:
    definition = text("SELECT pg_get_functiondef(to_regproc('matching_retrieve'))")
    migrated = Database(service_database.owner)
    async with database.sessions() as here, migrated.sessions() as there:
        assert await here.scalar(definition) == await there.scalar(definition)
    await migrated.close()


async def settings(session: AsyncSession) -> tuple[str, str]:
    row = (
        await session.execute(
            text("SELECT current_setting('enable_seqscan'), current_setting('gin_fuzzy_search_limit')")
        )
    ).one()
    return row[0], row[1]


async def test_what_the_search_sets_holds_for_nothing_else(database: Database) -> None:
    matcher = Matcher()
    prepared = matcher.prepare(letter())
    broken = Search([1], ["no weight"], uuid4(), 10, 10)  # type: ignore[list-item]  # what PostgreSQL refuses
    async with database.sessions() as session:
        usual = await settings(session)
        await matcher.index(session, uuid4(), prepared)
        assert await matcher.candidates(session, uuid4(), prepared)
        assert await settings(session) == usual
        with pytest.raises(DBAPIError):
            async with session.begin_nested():
                await repository.retrieve(session, broken)
        assert await settings(session) == usual
        with pytest.raises(DBAPIError):
            await repository.retrieve(session, broken)
        await session.rollback()
        assert await settings(session) == usual
