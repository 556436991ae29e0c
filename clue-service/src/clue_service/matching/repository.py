"""All SQL of matching."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import bindparam, delete, select, text
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Float, Integer

from clue_service.matching.models import ClueFeature, ClueKey, MatchingFrequency

Session = AsyncSession

_SNAPSHOT = 1
# The lateral form makes the planner probe the index once for each key; a plain `&&` reads the table at small sizes.
_RETRIEVE = text(
    """
    SELECT found.id, sum(q.weight) AS score
    FROM unnest(:keys, :weights) AS q(key, weight)
    CROSS JOIN LATERAL (SELECT id FROM clue_key WHERE keys @> ARRAY[q.key] LIMIT :per_key) AS found
    WHERE found.id <> :own
    GROUP BY found.id ORDER BY score DESC, found.id LIMIT :most
    """
).bindparams(bindparam("keys", type_=ARRAY(Integer)), bindparam("weights", type_=ARRAY(Float)))


@dataclass(frozen=True)
class StoredClue:
    """A candidate's features, still packed."""

    id: int
    clue_id: UUID
    score: float
    features: bytes
    grams: bytes


async def add_clue(
    session: AsyncSession, clue_id: UUID, commission: str | None, keys: Sequence[int], features: bytes, grams: bytes
) -> int:
    """Store keys and features, replacing earlier ones of this clue; the new ``clue_key.id``."""
    await remove_clue(session, clue_id)
    statement = insert(ClueKey).values(clue_id=clue_id, commission=commission, keys=list(keys)).returning(ClueKey.id)
    stored = int((await session.execute(statement)).scalar_one())
    await session.execute(insert(ClueFeature).values(id=stored, features=features, grams=grams))
    return stored


async def remove_clue(session: AsyncSession, clue_id: UUID) -> None:
    """Erase keys and features of a clue."""
    await session.execute(delete(ClueKey).where(ClueKey.clue_id == clue_id))


async def find_key_id(session: AsyncSession, clue_id: UUID) -> int | None:
    """The ``clue_key.id`` of a clue, None while it is not indexed."""
    return await session.scalar(select(ClueKey.id).where(ClueKey.clue_id == clue_id))


async def retrieve(
    session: AsyncSession, keys: Sequence[int], weights: Sequence[float], *, own: int, per_key: int, most: int
) -> list[StoredClue]:
    """The clues that share the weightiest of these keys, best first."""
    if not keys:
        return []
    await session.execute(text("SET LOCAL enable_seqscan = off"))
    parameters = {"keys": list(keys), "weights": list(weights), "own": own, "per_key": per_key, "most": most}
    scores = {int(row.id): float(row.score) for row in await session.execute(_RETRIEVE, parameters)}
    await session.execute(text("SET LOCAL enable_seqscan = on"))
    statement = (
        select(ClueKey.id, ClueKey.clue_id, ClueFeature.features, ClueFeature.grams)
        .join(ClueFeature, ClueFeature.id == ClueKey.id)
        .where(ClueKey.id.in_(list(scores)))
    )
    rows = await session.execute(statement)
    found = [StoredClue(row.id, row.clue_id, scores[row.id], row.features, row.grams) for row in rows]
    return sorted(found, key=lambda one: (-one.score, one.id))


async def read_new(session: AsyncSession, after: int, most: int) -> AsyncIterator[tuple[int, list[int], bytes]]:
    """Keys and grams of clues stored after ``after``, in order."""
    statement = (
        select(ClueKey.id, ClueKey.keys, ClueFeature.grams)
        .join(ClueFeature, ClueFeature.id == ClueKey.id)
        .where(ClueKey.id > after)
        .order_by(ClueKey.id)
        .limit(most)
    )
    for row in await session.execute(statement):
        yield row.id, row.keys, row.grams


async def load_snapshot(session: AsyncSession) -> bytes | None:
    """The stored counts, if any."""
    return await session.scalar(select(MatchingFrequency.counts).where(MatchingFrequency.id == _SNAPSHOT))


async def store_snapshot(session: AsyncSession, *, last_id: int, clues: int, counts: bytes) -> None:
    """Replace the stored counts unless newer ones are there."""
    statement = insert(MatchingFrequency).values(id=_SNAPSHOT, last_id=last_id, clues=clues, counts=counts)
    changes = {
        "last_id": statement.excluded.last_id,
        "clues": statement.excluded.clues,
        "counts": statement.excluded.counts,
    }
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=[MatchingFrequency.id],
            set_=changes,
            where=MatchingFrequency.last_id < statement.excluded.last_id,
        )
    )


async def create_tables(session: AsyncSession) -> None:
    """Make the tables of matching anew in a scratch database; a service's own come from its migrations."""
    tables = [ClueKey.metadata.tables[name] for name in ("clue_key", "clue_feature", "matching_frequency")]
    connection = await session.connection()
    await connection.run_sync(lambda sync: ClueKey.metadata.drop_all(sync, tables=tables))
    await connection.run_sync(lambda sync: ClueKey.metadata.create_all(sync, tables=tables))
