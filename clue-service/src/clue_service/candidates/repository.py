"""SQL of candidate pairs."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, column, func, or_, select
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncSession

from clue_service.access.policy import Viewer
from clue_service.candidates.models import Candidate, CandidateVerdict
from clue_service.clues.listing import visible_to as clue_visible_to
from clue_service.clues.models import Clue

_GIVEN = (
    "clue_a", "clue_b", "probability", "band", "relation", "reasons", "part_a", "part_b", "is_across", "version",
    "detected_at", "origin", "model_version",
)  # fmt: skip


async def add_new(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> Sequence[Candidate]:
    """Insert pairs that are not there yet; returns those that were not.

    One statement also where there are none: how long an intake takes must not tell of a silent clue.
    """
    columns = (column(name, Candidate.__table__.c[name].type) for name in _GIVEN)
    given = func.jsonb_to_recordset(bindparam("rows", rows, type_=JSONB)).table_valued(*columns)
    source = select(*given.render_derived(with_types=True).c)
    statement = insert(Candidate).from_select(_GIVEN, source)
    new = statement.on_conflict_do_nothing(constraint="uq_candidate_clue_a_clue_b").returning(Candidate)
    return (await session.scalars(new)).all()


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


async def list_of_clue(session: AsyncSession, clue_id: UUID) -> Sequence[Candidate]:
    """The pairs of a clue, surest first."""
    query = (
        select(Candidate)
        .where(or_(Candidate.clue_a == clue_id, Candidate.clue_b == clue_id))
        .order_by(Candidate.probability.desc(), Candidate.id)
    )
    return (await session.scalars(query)).all()


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
