"""Events of candidate pairs. Each is told from one clue's commission; the other clue is never named."""

from collections.abc import Iterable
from uuid import UUID

from chassis.uow import Emission, Uow
from contracts.clue import CandidateDecided, CandidateDetected, CandidateUndone

from clue_service.candidates.models import Candidate


async def emit_detected(uow: Uow, pairs: Iterable[Candidate], clue_id: UUID, commission: str) -> None:
    """Matching found pairs within one commission; the fiftieth copy of a letter makes as many at once."""
    await uow.emit_many(
        [
            Emission(
                CandidateDetected(candidate_id=pair.id, clue_id=clue_id, commission=commission, band=pair.band),
                aggregate_id=pair.id,
                version=pair.version,
                commission=commission,
            )
            for pair in pairs
        ]
    )


async def emit_decided(uow: Uow, pair: Candidate, commission: str, matter_id: UUID | None) -> None:
    """Someone decided a pair."""
    event = CandidateDecided(
        candidate_id=pair.id,
        clue_id=pair.clue_b,
        commission=commission,
        band=pair.band,
        state="decided" if pair.decision != "unsure" else "open",
        decision=pair.decision or "unsure",
        relation=pair.decided_relation,
        matter_id=matter_id,
    )
    await uow.emit(event, aggregate_id=pair.id, version=pair.version, commission=commission)


async def emit_undone(uow: Uow, pair: Candidate, commission: str, previous: str, later_actions: int) -> None:
    """Someone took a verdict back."""
    event = CandidateUndone(
        candidate_id=pair.id,
        clue_id=pair.clue_b,
        commission=commission,
        band=pair.band,
        previous_decision=previous,
        later_actions=later_actions,
    )
    await uow.emit(event, aggregate_id=pair.id, version=pair.version, commission=commission)
