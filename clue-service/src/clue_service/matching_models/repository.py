"""SQL of matching models."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from clue_service.candidates.domain import Decision
from clue_service.candidates.models import Candidate
from clue_service.matching_models.domain import Status
from clue_service.matching_models.models import MatchingModel


async def lock_all(session: AsyncSession) -> None:
    """Wait for every other transaction that activates or retires a model."""
    await session.execute(text("select pg_advisory_xact_lock(hashtextextended('clue:matching-models', 0))"))


async def add(session: AsyncSession, row: MatchingModel) -> MatchingModel:
    """Store a fitted model; it gets its number."""
    session.add(row)
    await session.flush()
    return row


async def list_models(session: AsyncSession, *, before: int | None, limit: int) -> Sequence[MatchingModel]:
    """Models, newest first."""
    query = select(MatchingModel).order_by(MatchingModel.number.desc()).limit(limit)
    if before is not None:
        query = query.where(MatchingModel.number < before)
    return (await session.scalars(query)).all()


async def find_model(session: AsyncSession, number: int) -> MatchingModel | None:
    """One model, read anew."""
    return await session.get(MatchingModel, number, populate_existing=True)


async def find_active(session: AsyncSession) -> MatchingModel | None:
    """The activated model; None while the packaged one is in effect."""
    return await session.scalar(select(MatchingModel).where(MatchingModel.status == Status.ACTIVE))


async def find_active_number(session: AsyncSession) -> int | None:
    """Its number alone: asked every few seconds."""
    return await session.scalar(select(MatchingModel.number).where(MatchingModel.status == Status.ACTIVE))


async def count_changes(session: AsyncSession) -> int:
    """How often any model changed: the version of the packaged one, which has no row."""
    return int(await session.scalar(select(func.coalesce(func.sum(MatchingModel.version), 0))) or 0)


@dataclass(frozen=True)
class DecidedPair:
    """A pair that people settled; ``clue_a`` came first."""

    clue_a: UUID
    clue_b: UUID
    decision: str
    reasons: Sequence[Mapping[str, Any]]


async def list_decided(session: AsyncSession) -> list[DecidedPair]:
    """Pairs decided as same or different, oldest verdict first."""
    query = (
        select(Candidate.clue_a, Candidate.clue_b, Candidate.decision, Candidate.reasons)
        .where(Candidate.decision.in_((Decision.SAME, Decision.DIFFERENT)))
        .order_by(Candidate.decided_at, Candidate.id)
    )
    rows = await session.execute(query)
    return [DecidedPair(row.clue_a, row.clue_b, str(row.decision), row.reasons) for row in rows]


async def count_pairs(session: AsyncSession) -> list[tuple[str, str, str, int]]:
    """(band, search, verdict or ``open``, how many pairs)."""
    decision = func.coalesce(Candidate.decision, "open").label("decision")
    query = select(Candidate.band, Candidate.origin, decision, func.count().label("pairs")).group_by(
        Candidate.band, Candidate.origin, decision
    )
    return [(row.band, row.origin, row.decision, row.pairs) for row in await session.execute(query)]


@dataclass(frozen=True)
class JudgedPair:
    """A settled pair as it was shown."""

    band: str
    probability: float
    decision: str


async def list_judged(session: AsyncSession, *, limit: int) -> list[JudgedPair]:
    """The pairs settled last. Those the batch found are left out: their probability is not the model's alone."""
    query = (
        select(Candidate.band, Candidate.probability, Candidate.decision)
        .where(Candidate.decision.in_((Decision.SAME, Decision.DIFFERENT)), Candidate.origin != "batch")
        .order_by(Candidate.decided_at.desc(), Candidate.id.desc())
        .limit(limit)
    )
    return [JudgedPair(row.band, row.probability, str(row.decision)) for row in await session.execute(query)]


async def list_last_levels(session: AsyncSession, *, limit: int) -> list[dict[str, str]]:
    """The levels of the pairs that searches showed last."""
    query = select(Candidate.reasons).where(Candidate.origin != "batch").order_by(Candidate.id.desc()).limit(limit)
    return [
        {why["field"]: why["detail"] for why in reasons if why["detail"] is not None}
        for reasons in await session.scalars(query)
    ]
