"""Pairs as the other features meet them: found, read, decided."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from chassis.errors import NotFound
from chassis.uow import Uow

from clue_service.candidates import repository
from clue_service.candidates.domain import Decision
from clue_service.candidates.models import Candidate


@dataclass(frozen=True)
class FoundPair:
    """What the engine says of a clue and one other."""

    other_id: UUID
    probability: float
    band: str
    relation: str
    reasons: Sequence[Mapping[str, Any]]
    is_across: bool
    model_version: str | None = None
    origin: str = "intake"


async def record_pairs(uow: Uow, clue_id: UUID, found: Iterable[FoundPair]) -> Sequence[Candidate]:
    """Store pairs that are new; what people decided before is not asked again."""
    rows = []
    for pair in found:
        first, second = sorted((clue_id, pair.other_id))
        rows.append(
            {
                "clue_a": first,
                "clue_b": second,
                "probability": round(pair.probability, 4),
                "band": pair.band,
                "relation": pair.relation,
                "reasons": [dict(reason) for reason in pair.reasons],
                "is_across": pair.is_across,
                "version": 1,
                "detected_at": uow.now,
                "origin": pair.origin,
                "model_version": pair.model_version,
            }
        )
    return await repository.add_new(uow.session, rows)


async def pairs_of(uow: Uow, clue_id: UUID) -> Sequence[Candidate]:
    """The pairs of a clue, surest first."""
    return await repository.list_of_clue(uow.session, clue_id)


async def find_pair(uow: Uow, candidate_id: UUID) -> Candidate:
    """One pair; raises NotFound."""
    found = await repository.find_candidate(uow.session, candidate_id)
    if found is None:
        raise NotFound
    return found


async def locked_pair(uow: Uow, candidate_id: UUID) -> Candidate:
    """One pair, locked; raises NotFound."""
    found = await repository.lock_candidate(uow.session, candidate_id)
    if found is None:
        raise NotFound
    return found


def decide(uow: Uow, pair: Candidate, decision: str, relation: str | None, reason: str | None) -> None:
    """Write a verdict on a locked pair."""
    pair.decision = decision
    pair.decided_relation = relation
    pair.decision_reason = reason
    pair.decided_by = uow.actor.acting_for or uow.actor.sub
    pair.decided_at = uow.now
    pair.version += 1


def clear_verdict(pair: Candidate) -> None:
    """Take a verdict on a locked pair back."""
    pair.decision = pair.decided_relation = pair.decision_reason = pair.decided_by = pair.decided_at = None
    pair.version += 1


async def settle_across(uow: Uow, clue_ids: Iterable[UUID], decision: Decision) -> None:
    """Decide the undecided pairs among the clues of an overlap alert as its votes did, across commissions only."""
    for pair in await repository.lock_among(uow.session, clue_ids):
        if pair.is_across and pair.decision in (None, Decision.UNSURE):
            decide(uow, pair, decision, pair.relation if decision is Decision.SAME else None, None)
