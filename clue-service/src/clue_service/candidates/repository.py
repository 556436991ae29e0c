"""SQL of candidate pairs."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from chassis.db import as_read, as_rows, inserting
from chassis.statements import Statement
from sqlalchemy import Select, bindparam, false, func, or_, select, true, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from clue_service.access.policy import Viewer
from clue_service.access.row_security import reads_as_engine
from clue_service.candidates.models import Candidate, CandidateVerdict
from clue_service.clues.listing import visible_to as clue_visible_to
from clue_service.clues.models import Clue

_GIVEN = (
    "clue_a", "clue_b", "probability", "band", "relation", "reasons", "part_a", "part_b", "is_across", "version",
    "detected_at", "origin", "model_version",
)  # fmt: skip


_ADDED = (
    inserting(Candidate, *_GIVEN)
    .on_conflict_do_nothing(constraint="uq_candidate_clue_a_clue_b")
    .returning(*Candidate.__table__.c)
    .cte("added")
)
_OF_CLUE = or_(Candidate.clue_a == bindparam("clue_id"), Candidate.clue_b == bindparam("clue_id"))
_ADD_AND_LIST = union_all(
    select(*_ADDED.c, true().label("is_new")), select(*Candidate.__table__.c, false().label("is_new")).where(_OF_CLUE)
).subquery("pair")
_PAIRS = Statement(select(_ADD_AND_LIST).order_by(_ADD_AND_LIST.c.probability.desc(), _ADD_AND_LIST.c.id))
_COLUMNS = Candidate.__table__.c.keys()
"""Of each pair; what follows them in a row is whether it is new."""
_LIST = select(Candidate).where(_OF_CLUE).order_by(Candidate.probability.desc(), Candidate.id)


@reads_as_engine
async def add_new(
    session: AsyncSession, clue_id: UUID, rows: Sequence[dict[str, Any]]
) -> tuple[Sequence[Candidate], Sequence[Candidate]]:
    """Insert pairs of a clue that are not there yet: (those that were not, all of the clue, surest first).

    They are to be read, not changed: the session does not know them.
    One statement also where there are none: how long an intake takes must not tell of a silent clue.
    """
    found = await _PAIRS.rows(session, {"rows": as_rows(rows), "clue_id": clue_id})
    pairs = [as_read(Candidate, zip(_COLUMNS, row, strict=False)) for row in found]
    return [pair for pair, row in zip(pairs, found, strict=True) if row.is_new], pairs


async def find_visible(session: AsyncSession, viewer: Viewer, candidate_id: UUID) -> Candidate | None:
    """A pair of clues that the viewer may see both; asked at once, so that hidden and absent take equally long."""
    seen = select(func.count()).where(Clue.id.in_([Candidate.clue_a, Candidate.clue_b]), clue_visible_to(viewer))
    query = select(Candidate).where(Candidate.id == candidate_id, seen.scalar_subquery() == 2)
    return await session.scalar(query)


async def lock_candidate(session: AsyncSession, candidate_id: UUID) -> Candidate | None:
    """One pair, locked and read anew."""
    return await session.scalar(
        select(Candidate)
        .where(Candidate.id == candidate_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )


@reads_as_engine
async def list_of_clue(session: AsyncSession, clue_id: UUID) -> Sequence[Candidate]:
    """The pairs of a clue, surest first."""
    return (await session.scalars(_LIST, {"clue_id": clue_id})).all()


async def list_among(session: AsyncSession, clue_ids: Iterable[UUID]) -> Sequence[Candidate]:
    """The pairs whose two clues are both among some, in the order of their ids."""
    return (await session.scalars(_among(clue_ids))).all()


async def lock_among(session: AsyncSession, clue_ids: Iterable[UUID]) -> Sequence[Candidate]:
    """As ``list_among``, locked and read anew."""
    query = _among(clue_ids).with_for_update(key_share=True).execution_options(populate_existing=True)
    return (await session.scalars(query)).all()


def _among(clue_ids: Iterable[UUID]) -> Select[Candidate]:
    ids = list(clue_ids)
    return select(Candidate).where(Candidate.clue_a.in_(ids), Candidate.clue_b.in_(ids)).order_by(Candidate.id)


async def list_verdicts(session: AsyncSession, candidate_id: UUID) -> Sequence[CandidateVerdict]:
    """Every verdict on a pair and every taking back, oldest first."""
    query = select(CandidateVerdict).where(CandidateVerdict.candidate_id == candidate_id)
    return (await session.scalars(query.order_by(CandidateVerdict.id))).all()
