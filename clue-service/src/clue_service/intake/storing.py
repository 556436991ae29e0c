"""SQL of storing new clues: their origins, numbers and rows."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from chassis.db import as_read, as_rows, given_rows, inserting, table_of
from chassis.statements import Statement
from sqlalchemy import Integer, Text, Uuid, and_, bindparam, cast, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import make_transient_to_detached

from clue_service.access.row_security import reads_as_engine
from clue_service.clues.models import Allegation, Clue, ClueNumber, Subject
from clue_service.matching.models import MatchingPending

_LOCK_MANY = text(
    """
    select pg_advisory_xact_lock(number) from (
        select distinct hashtextextended(name, 0) as number from unnest(:names) as name order by 1
    ) as ordered
    """
).bindparams(bindparam("names", type_=ARRAY(Text)))
_NUMBERS = insert(table_of(ClueNumber)).values(
    commission=bindparam("commission"), year=bindparam("year"), last=bindparam("count", type_=Integer)
)
_NEW_IDS = func.array(
    select(func.uuidv7(type_=Uuid()))
    .select_from(func.generate_series(1, bindparam("ids", type_=Integer)).alias("n"))
    .scalar_subquery(),
    type_=ARRAY(Uuid),
)
_TAKE_NUMBERS = Statement(
    _NUMBERS.on_conflict_do_update(
        index_elements=["commission", "year"], set_={"last": ClueNumber.last + _NUMBERS.excluded.last}
    ).returning(table_of(ClueNumber).c.last, _NEW_IDS.label("ids"))
)
_NEW_CLUE = (
    "id", "clue_no", "status", "version", "source_code", "channel", "received_on", "registered_at", "registered_by",
    "registered_via", "commission", "receiving_unit", "summary", "proposed_opinion", "urgency", "origin_ref",
    "secrecy_level", "overlap_policy", "reporter_identity", "blind_hits_withheld", "subject_units", "co_units",
    "members", "approvers", "recused", "due_provisional",
)  # fmt: skip
_NEW_SUBJECT = (
    "id", "clue_id", "position", "name", "unit_name", "unit_code", "resolved_unit", "post", "rank", "person_code",
    "top_leader", "particulars", "id_number_sealed", "commission",
)  # fmt: skip
_NEW_ALLEGATION = (
    "id", "clue_id", "position", "category_code", "text", "occurred_from", "occurred_to", "place", "amount_cny",
    "commission",
)  # fmt: skip
_given = given_rows("clues", id=Uuid)
_EMPTY = dict.fromkeys(table_of(Clue).c.keys())
_STORE = Statement(
    insert(table_of(MatchingPending))
    .from_select(["clue_id", "since"], select(_given.c.id, func.now()))
    .add_cte(
        inserting(Clue, *_NEW_CLUE, parameter="clues").cte("stored_clue"),
        inserting(Subject, *_NEW_SUBJECT, parameter="subjects").cte("stored_subject"),
        inserting(Allegation, *_NEW_ALLEGATION, parameter="allegations").cte("stored_allegation"),
    )
)


async def lock_origin(session: AsyncSession, commission: str, source_code: str, origin_ref: str) -> None:
    """Let registrations of one origin come one after the other."""
    name = f"clue:origin\x1f{commission}\x1f{source_code}\x1f{origin_ref}"
    await session.execute(text("select pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": name})


@reads_as_engine
async def find_by_origin(session: AsyncSession, commission: str, source_code: str, origin_ref: str) -> Clue | None:
    """The clue of an origin."""
    return await session.scalar(
        select(Clue).where(
            Clue.commission == commission, Clue.source_code == source_code, Clue.origin_ref == origin_ref
        )
    )


async def lock_origins(session: AsyncSession, origins: Iterable[tuple[str, str, str]]) -> None:
    """The same for many (commission, source, ref) at once; always in one order, so that nobody waits in a circle."""
    names = [f"clue:origin\x1f{commission}\x1f{source}\x1f{ref}" for commission, source, ref in origins]
    if names:
        await session.execute(_LOCK_MANY, {"names": names})


@reads_as_engine
async def find_by_origins(
    session: AsyncSession, origins: Iterable[tuple[str, str, str]]
) -> dict[tuple[str, str, str], Clue]:
    """The clues of some origins, by (commission, source, ref)."""
    commissions, sources, refs = zip(*origins, strict=True) if (origins := list(origins)) else ((), (), ())
    unnested = func.unnest(*(cast(list(names), ARRAY(Text)) for names in (commissions, sources, refs)))
    wanted = unnested.table_valued("commission", "source_code", "origin_ref").render_derived("wanted")
    query = select(Clue).join(
        wanted,
        and_(
            Clue.commission == wanted.c.commission,
            Clue.source_code == wanted.c.source_code,
            Clue.origin_ref == wanted.c.origin_ref,
        ),
    )
    return {
        (one.commission, one.source_code, one.origin_ref): one
        for one in await session.scalars(query)
        if one.origin_ref is not None
    }


async def next_number(session: AsyncSession, commission: str, year: int, *, count: int = 1) -> int:
    """The next registration number, the first of ``count``; given back if the transaction fails: there are no gaps."""
    last: int = (await _take_numbers(session, commission, year, count, ids=0)).last
    return last - count + 1


async def next_number_and_ids(session: AsyncSession, commission: str, year: int, ids: int) -> tuple[int, list[UUID]]:
    """The next registration number, and ids for the clue that gets it and for what it says, rising."""
    taken = await _take_numbers(session, commission, year, 1, ids)
    return taken.last, list(taken.ids)


async def _take_numbers(session: AsyncSession, commission: str, year: int, count: int, ids: int) -> Any:
    given = {"commission": commission, "year": year, "count": count, "ids": ids}
    return (await _TAKE_NUMBERS.rows(session, given))[0]


async def new_ids(session: AsyncSession, count: int) -> list[UUID]:
    """Ids for rows that are stored together, rising."""
    return list(await session.scalars(text("select uuidv7() from generate_series(1, :count)"), {"count": count}))


async def store_clues(
    session: AsyncSession,
    clues: Sequence[Mapping[str, Any]],
    subjects: Sequence[Mapping[str, Any]],
    allegations: Sequence[Mapping[str, Any]],
) -> None:
    """Store clues with what they say, and remember that their candidates are to be found; one statement.

    What waits for matching does so by the system's time, which leases follow.
    """
    commissions = {clue["id"]: clue["commission"] for clue in clues}
    said = {
        name: as_rows([{**one, "commission": commissions[one["clue_id"]]} for one in rows])
        for name, rows in (("subjects", subjects), ("allegations", allegations))
    }
    await _STORE.run(session, {"clues": as_rows(clues), **said})


def adopt(session: AsyncSession, row: Mapping[str, Any]) -> Clue:
    """A clue that was just stored, as if it had been read: what is changed of it is written."""
    clue = as_read(Clue, _EMPTY | dict(row))
    make_transient_to_detached(clue)
    session.add(clue)
    return clue
