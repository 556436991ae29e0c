"""Pairs of clues that may report one matter, and what people said of them."""

from typing import ClassVar
from uuid import UUID

from contracts.envelope import Code, Egress, Event, UnitCode


class CandidateEvent(Event):
    """A possible repeat of a clue, seen from that clue's commission; the other clue is never named."""

    key: ClassVar[str] = "candidate_id"
    egress: ClassVar[Egress] = Egress.CHECKED

    candidate_id: UUID
    clue_id: UUID
    commission: UnitCode
    other_commissions: tuple[UnitCode, ...] = ()
    band: Code
    state: Code = "open"


class CandidateDetected(CandidateEvent):
    """Key candidate_id. Matching found a pair that people should compare."""

    type: ClassVar[str] = "clue.candidate.detected.v1"


class CandidateDecided(CandidateEvent):
    """Key candidate_id. Someone who may see both clues decided."""

    type: ClassVar[str] = "clue.candidate.decided.v1"
    decision: Code
    relation: Code | None = None
    matter_id: UUID | None = None


class CandidateUndone(CandidateEvent):
    """Key candidate_id. The decision was taken back."""

    type: ClassVar[str] = "clue.candidate.undone.v1"
    previous_decision: Code | None = None
    later_actions: int = 0
    """How many steps people took since the decision, for people to look at."""
    decision: Code | None = None
    """The verdict before it, where that stands again."""
