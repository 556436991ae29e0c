"""All SQL of matching."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from chassis.statements import Statement
from sqlalchemy import and_, bindparam, case, delete, func, select, text, true
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Float, Integer, LargeBinary, SmallInteger, String, Uuid

from clue_service.matching.models import ClueFeature, ClueKey, MatchingFrequency
from clue_service.matching.prepared import FEATURES_VERSION
from clue_service.matching.retrieval import RETRIEVAL, RETRIEVAL_SETTINGS, retrieval_function

Session = AsyncSession

_SNAPSHOT = 1


class StoredClue(NamedTuple):
    """A candidate's features, still packed."""

    id: int
    clue_id: UUID
    score: float
    features: bytes
    grams: bytes


_ARRAYS = (bindparam("keys", type_=ARRAY(Integer)), bindparam("weights", type_=ARRAY(Float)))
_RETRIEVE = Statement(
    text("SELECT * FROM matching_retrieve(:keys, :weights, :own, :per_key, :most, :format)").bindparams(
        *_ARRAYS, bindparam("own", type_=Uuid()), bindparam("format", type_=SmallInteger())
    ),
    row=StoredClue,
)
# One statement instead of three: intake waits for it. What is stored refers to what is gone, so that it comes after it.
_STORE = Statement(
    text(
        """
        WITH gone AS (DELETE FROM clue_key WHERE clue_id = :clue_id RETURNING id),
        stored AS (
            INSERT INTO clue_key (clue_id, commission, keys, format)
            SELECT :clue_id, :commission, :keys, :format FROM (SELECT count(*) FROM gone) AS before
            RETURNING id
        )
        INSERT INTO clue_feature (id, features, grams) SELECT id, :features, :grams FROM stored RETURNING id
        """
    ).bindparams(
        bindparam("clue_id", type_=Uuid()),
        bindparam("commission", type_=String()),
        bindparam("keys", type_=ARRAY(Integer)),
        bindparam("format", type_=SmallInteger()),
        bindparam("features", type_=LargeBinary()),
        bindparam("grams", type_=LargeBinary()),
    )
)


async def add_clue(
    session: AsyncSession, clue_id: UUID, commission: str | None, keys: Sequence[int], features: bytes, grams: bytes
) -> int:
    """Store keys and features, replacing earlier ones of this clue; the new ``clue_key.id``."""
    row = {
        "clue_id": clue_id,
        "commission": commission,
        "keys": list(keys),
        "format": FEATURES_VERSION,
        "features": features,
        "grams": grams,
    }
    return int(await _STORE.scalar(session, row))


async def stored_clues(session: AsyncSession, clue_ids: Iterable[UUID]) -> dict[UUID, StoredClue]:
    """Features of some clues; those that are not indexed are missing."""
    query = (
        select(ClueKey.id, ClueKey.clue_id, ClueFeature.features, ClueFeature.grams)
        .join(ClueFeature, ClueFeature.id == ClueKey.id)
        .where(ClueKey.clue_id.in_(list(clue_ids)))
    )
    rows = await session.execute(query)
    return {row.clue_id: StoredClue(row.id, row.clue_id, 0.0, row.features, row.grams) for row in rows}


async def remove_clue(session: AsyncSession, clue_id: UUID) -> None:
    """Erase keys and features of a clue."""
    await session.execute(delete(ClueKey).where(ClueKey.clue_id == clue_id))


@dataclass(frozen=True)
class Search:
    """Keys with their weights; of each at most ``per_key`` clues are looked at, the best ``most`` are returned."""

    keys: Sequence[int]
    weights: Sequence[float]
    own: UUID
    per_key: int
    most: int

    def parameters(self) -> dict[str, Any]:
        """For the statement."""
        return {
            "keys": list(self.keys),
            "weights": list(self.weights),
            "own": self.own,
            "per_key": self.per_key,
            "most": self.most,
            "format": FEATURES_VERSION,
        }


async def retrieve(session: AsyncSession, search: Search) -> list[StoredClue]:
    """The clues but ``own`` that share the weightiest of the keys, best first; rows of another version are left out."""
    if not search.keys:
        return []
    rows: list[StoredClue] = await _RETRIEVE.rows(session, search.parameters())
    return sorted(rows, key=lambda one: (-one.score, one.id))


async def explain_retrieval(session: AsyncSession, search: Search) -> str:
    """How PostgreSQL carries a retrieval out, measured: ``EXPLAIN (ANALYZE, BUFFERS)`` of what the function does."""
    for name, value in RETRIEVAL_SETTINGS.items():
        await session.execute(text("SELECT set_config(:name, :value, true)"), {"name": name, "value": value})
    statement = text(f"EXPLAIN (ANALYZE, BUFFERS) {RETRIEVAL}").bindparams(*_ARRAYS)
    return "\n".join(row[0] for row in await session.execute(statement, search.parameters()))


@dataclass(frozen=True)
class NewRow:
    """A row of the index as it is counted; ``keys`` and ``grams`` are None where another version wrote it."""

    id: int
    keys: list[int] | None
    grams: bytes | None
    generation: int


async def read_new(session: AsyncSession, after: int, most: int) -> Sequence[NewRow]:
    """Keys and grams of clues stored after ``after``, in order, with the generation of the stored counts."""
    is_readable = ClueKey.format == FEATURES_VERSION
    generation = select(MatchingFrequency.generation).where(MatchingFrequency.id == _SNAPSHOT).scalar_subquery()
    new = (
        select(ClueKey.id, case((is_readable, ClueKey.keys)).label("keys"), is_readable.label("is_readable"))
        .where(ClueKey.id > after)
        .order_by(ClueKey.id)
        .limit(most)
        .subquery("new")
    )
    # Lateral, because a plain join reads the whole table of features where the planner expects many new rows: 100 ms
    # among 100,000 clues for the one that is new.
    grams = select(ClueFeature.grams).where(ClueFeature.id == new.c.id).offset(0).lateral("stored")
    statement = (
        select(
            new.c.id,
            new.c["keys"],
            case((new.c.is_readable, grams.c.grams)).label("grams"),
            func.coalesce(generation, 0).label("generation"),
        )
        .join(grams, true())
        .order_by(new.c.id)
    )
    return [NewRow(row.id, row.keys, row.grams, row.generation) for row in await session.execute(statement)]


@dataclass(frozen=True)
class IndexRow:
    """What the index holds of a clue."""

    format: int
    keys: list[int]
    features: bytes | None
    grams: bytes | None


async def read_rows(session: AsyncSession, clue_ids: Sequence[UUID]) -> dict[UUID, IndexRow]:
    """What the index holds of some clues."""
    statement = (
        select(ClueKey.clue_id, ClueKey.format, ClueKey.keys, ClueFeature.features, ClueFeature.grams)
        .outerjoin(ClueFeature, ClueFeature.id == ClueKey.id)
        .where(ClueKey.clue_id.in_(clue_ids))
    )
    rows = await session.execute(statement)
    return {row.clue_id: IndexRow(row.format, row.keys, row.features, row.grams) for row in rows}


async def count_stale(session: AsyncSession) -> int:
    """How many clues lie in the index as another version wrote them, so that none is found by them."""
    statement = select(func.count()).select_from(ClueKey).where(ClueKey.format != FEATURES_VERSION)
    return int(await session.scalar(statement) or 0)


async def load_snapshot(session: AsyncSession) -> tuple[bytes, int] | None:
    """The stored counts and their generation, if any."""
    statement = select(MatchingFrequency.counts, MatchingFrequency.generation).where(MatchingFrequency.id == _SNAPSHOT)
    row = (await session.execute(statement)).one_or_none()
    return (row.counts, row.generation) if row else None


async def find_generation(session: AsyncSession) -> int:
    """The generation of the stored counts, 0 where there are none."""
    statement = select(MatchingFrequency.generation).where(MatchingFrequency.id == _SNAPSHOT)
    return await session.scalar(statement) or 0


async def store_snapshot(
    session: AsyncSession, *, last_id: int, clues: int, counts: bytes, generation: int | None = None
) -> None:
    """Replace the stored counts, unless they are of another generation or newer ones of this.

    Without a ``generation`` the counts were made anew: they begin the next one.
    """
    statement = insert(MatchingFrequency).values(
        id=_SNAPSHOT, last_id=last_id, clues=clues, counts=counts, generation=1 if generation is None else generation
    )
    new = statement.excluded
    changes = {"last_id": new.last_id, "clues": new.clues, "counts": new.counts}
    keys = [MatchingFrequency.id]
    if generation is None:
        replace = statement.on_conflict_do_update(
            index_elements=keys, set_=changes | {"generation": MatchingFrequency.generation + 1}
        )
    else:
        same = and_(MatchingFrequency.generation == new.generation, MatchingFrequency.last_id < new.last_id)
        replace = statement.on_conflict_do_update(index_elements=keys, set_=changes, where=same)
    await session.execute(replace)


async def create_tables(session: AsyncSession) -> None:
    """Make the tables of matching anew in a scratch database; a service's own come from its migrations."""
    tables = [ClueKey.metadata.tables[name] for name in ("clue_key", "clue_feature", "matching_frequency")]
    connection = await session.connection()
    await connection.run_sync(lambda sync: ClueKey.metadata.drop_all(sync, tables=tables))
    await connection.run_sync(lambda sync: ClueKey.metadata.create_all(sync, tables=tables))
    await session.execute(text(retrieval_function()))
