"""Events of candidate pairs. Each is told from one clue's commission; the other clue is never named."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from chassis.uow import Emission, Uow
from contracts.clue import CandidateDecided, CandidateDetected, CandidateUndone

from clue_service.candidates.domain import SETTLED
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
    await emit_settled(uow, [pair], {pair.clue_b: commission}, matter_id)


async def emit_settled(
    uow: Uow, pairs: Iterable[Candidate], commissions: Mapping[UUID, str], matter_id: UUID | None = None
) -> None:
    """A decision about more than the pairs (votes, a merge, a split) decided them; ``commissions`` by clue."""
    await uow.emit_many([_decided(pair, commissions[pair.clue_b], matter_id) for pair in pairs])


def _decided(pair: Candidate, commission: str, matter_id: UUID | None) -> Emission:
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
    return Emission(event, aggregate_id=pair.id, version=pair.version, commission=commission)


async def emit_undone(
    uow: Uow, pairs: Iterable[tuple[Candidate, str]], commissions: Mapping[UUID, str], later_actions: int
) -> None:
    """Verdicts were taken back: the pairs, each with the verdict it had. An earlier one may stand again."""
    await uow.emit_many(
        [
            Emission(
                CandidateUndone(
                    candidate_id=pair.id,
                    clue_id=pair.clue_b,
                    commission=commissions[pair.clue_b],
                    band=pair.band,
                    state="decided" if pair.decision in SETTLED else "open",
                    previous_decision=previous,
                    later_actions=later_actions,
                    decision=pair.decision,
                ),
                aggregate_id=pair.id,
                version=pair.version,
                commission=commissions[pair.clue_b],
            )
            for pair, previous in pairs
        ]
    )
