"""How far a clue is: what its state means to those who hear of no more. Pure."""

from clue_service.clues.states import Status
from clue_service.overlap_alerts.domain import Stage

S = Status
_IN_HAND = frozenset(
    {
        S.ASSIGNED, S.DISPOSITION_PROPOSED, S.TALK_INQUIRY, S.PRELIMINARY_VERIFICATION, S.ON_HOLD, S.ASSIGNED_DOWN,
        S.TRANSFERRED,
    }
)  # fmt: skip
_NOT_YET = frozenset({S.REGISTERED, S.ACCEPTED})
ENDED = frozenset(set(S) - _IN_HAND - _NOT_YET)
"""States in which nobody works on the clue any more."""


def stage_of(status: str) -> Stage:
    """What other commissions may learn of a clue's state."""
    if status in _NOT_YET:
        return Stage.REGISTERED
    return Stage.IN_HAND if status in _IN_HAND else Stage.CONCLUDED
