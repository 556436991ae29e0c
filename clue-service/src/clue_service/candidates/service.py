"""Pairs as the other features meet them: found, read, decided."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.errors import NotFound
from chassis.uow import Uow

from clue_service.access.policy import Viewer
from clue_service.access.row_security import works_as_engine
from clue_service.candidates import repository
from clue_service.candidates.domain import SAME_MATTER, SETTLED, Decision
from clue_service.candidates.models import Candidate, CandidateVerdict

UNDONE = "undone"


@dataclass(frozen=True)
class FoundPair:
    """What the engine says of a clue and one other."""

    other_id: UUID
    probability: float
    band: str
    relation: str
    reasons: Sequence[Mapping[str, Any]]
    is_across: bool
    parts: tuple[str | None, str | None] = (None, None)
    """Which matter of this letter met which of the other."""
    model_version: str | None = None
    origin: str = "intake"


async def record_pairs(
    uow: Uow, clue_id: UUID, found: Iterable[FoundPair]
) -> tuple[Sequence[Candidate], Sequence[Candidate]]:
    """Store pairs that are new; what people decided before is not asked again.

    Returns:
        The pairs that were new, and all pairs of the clue, surest first.
    """
    rows = []
    for pair in found:
        first, second = sorted((clue_id, pair.other_id))
        parts = pair.parts if first == clue_id else pair.parts[::-1]
        rows.append(
            {
                "clue_a": first,
                "clue_b": second,
                "probability": round(pair.probability, 4),
                "band": pair.band,
                "relation": pair.relation,
                "reasons": [dict(reason) for reason in pair.reasons],
                "part_a": parts[0],
                "part_b": parts[1],
                "is_across": pair.is_across,
                "version": 1,
                "detected_at": uow.now,
                "origin": pair.origin,
                "model_version": pair.model_version,
            }
        )
    return await repository.add_new(uow.session, clue_id, rows)


async def pairs_of(uow: Uow, clue_id: UUID) -> Sequence[Candidate]:
    """The pairs of a clue, surest first."""
    return await repository.list_of_clue(uow.session, clue_id)


async def visible_pair(uow: Uow, viewer: Viewer, candidate_id: UUID) -> Candidate:
    """A pair; raises NotFound unless the viewer may see both clues."""
    found = await repository.find_visible(uow.session, viewer, candidate_id)
    if found is None:
        raise NotFound
    return found


async def locked_pair(uow: Uow, candidate_id: UUID) -> Candidate:
    """One pair, locked; raises NotFound."""
    found = await repository.lock_candidate(uow.session, candidate_id)
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True)
class VerdictSource:
    """What decided a pair: someone who judged it, or a decision about more than the pair."""

    kind: str
    id: UUID


def decide(
    uow: Uow,
    pair: Candidate,
    decision: str,
    relation: str | None,
    reason: str | None,
    source: VerdictSource | None = None,
) -> None:
    """Write a verdict on a locked pair."""
    pair.decision = decision
    pair.decided_relation = relation
    pair.decision_reason = reason
    pair.decided_by = uow.actor.acting_for or uow.actor.sub
    pair.decided_at = uow.now
    pair.version += 1
    _log(uow, pair, decision, reason, source)


def clear_verdict(uow: Uow, pair: Candidate, reason: str | None, source: VerdictSource | None = None) -> None:
    """Take a verdict on a locked pair back."""
    pair.decision = pair.decided_relation = pair.decided_by = pair.decided_at = None
    pair.decision_reason = reason
    pair.version += 1
    _log(uow, pair, UNDONE, reason, source)


def _log(uow: Uow, pair: Candidate, decision: str, reason: str | None, source: VerdictSource | None) -> None:
    uow.session.add(
        CandidateVerdict(
            candidate_id=pair.id,
            decision=decision,
            relation=pair.decided_relation,
            reason=reason,
            decided_by=uow.actor.acting_for or uow.actor.sub,
            decided_at=uow.now,
            source_kind=source.kind if source else "candidate",
            source_id=source.id if source else pair.id,
        )
    )


async def verdicts_on(uow: Uow, candidate_id: UUID) -> Sequence[CandidateVerdict]:
    """Every verdict on a pair and every taking back, oldest first."""
    return await repository.list_verdicts(uow.session, candidate_id)


@works_as_engine
async def settle_across(
    uow: Uow, clue_ids: Iterable[UUID], decision: Decision, source: VerdictSource
) -> list[Candidate]:
    """Decide the undecided pairs among the clues of an overlap alert as its votes did, across commissions only.

    The pairs that it decided, for their events.
    """
    decided = []
    for pair in await repository.lock_among(uow.session, clue_ids):
        if pair.is_across and pair.decision not in SETTLED:
            decide(uow, pair, decision, pair.relation if decision is Decision.SAME else None, None, source)
            decided.append(pair)
    return decided


async def settle_between(
    uow: Uow,
    some: Collection[UUID],
    others: Collection[UUID],
    decision: Decision,
    reason: str,
    source: VerdictSource,
) -> tuple[list[dict[str, Any]], list[Candidate]]:
    """Let a merge or split decide the pairs between two sets of clues that say otherwise.

    Their verdicts before, for the ledger, and the pairs, for their events.
    """
    before, decided = [], []
    for pair in await repository.lock_among(uow.session, {*some, *others}):
        is_between = (pair.clue_a in some and pair.clue_b in others) or (pair.clue_b in some and pair.clue_a in others)
        if not is_between or pair.decision == decision:
            continue
        before.append({"candidate_id": str(pair.id), **_verdict_of(pair)})
        relation = pair.relation if decision is Decision.SAME and pair.relation in SAME_MATTER else None
        decide(uow, pair, decision, relation, reason, source)
        decided.append(pair)
    return before, decided


async def contested_among(uow: Uow, clue_ids: Collection[UUID]) -> list[UUID]:
    """The pairs among some clues that somebody judged different."""
    pairs = await repository.list_among(uow.session, clue_ids)
    return [pair.id for pair in pairs if pair.decision == Decision.DIFFERENT]


def _verdict_of(pair: Candidate) -> dict[str, Any]:
    return {
        "decision": pair.decision,
        "decided_relation": pair.decided_relation,
        "decision_reason": pair.decision_reason,
        "decided_by": pair.decided_by,
        "decided_at": pair.decided_at.isoformat() if pair.decided_at else None,
    }


def _standing(verdicts: Sequence[CandidateVerdict]) -> CandidateVerdict | None:
    """The last verdict that its own decision did not take back: a split undone is nobody's word on the pair."""
    standing: list[CandidateVerdict] = []
    for one in verdicts:
        if one.decision == UNDONE and standing and standing[-1].source_id == one.source_id:
            standing.pop()
        else:
            standing.append(one)
    return standing[-1] if standing else None


async def restore_verdicts(
    uow: Uow, before: Sequence[Mapping[str, Any]], reason: str, source: VerdictSource
) -> list[tuple[Candidate, str]]:
    """Give pairs the verdicts they had before ``source`` decided them, unless people have judged them since.

    Returns the pairs whose verdict stands as it was before, each with the verdict it had until now.
    """
    restored = []
    for verdict in before:
        pair = await locked_pair(uow, UUID(verdict["candidate_id"]))
        last = _standing(await repository.list_verdicts(uow.session, pair.id))
        if last is None or last.source_id != source.id:
            continue
        restored.append((pair, last.decision))
        clear_verdict(uow, pair, reason, source)
        if verdict["decision"] is not None:
            pair.decision, pair.decided_relation = verdict["decision"], verdict["decided_relation"]
            pair.decision_reason, pair.decided_by = verdict["decision_reason"], verdict["decided_by"]
            pair.decided_at = datetime.fromisoformat(verdict["decided_at"])
    return restored
