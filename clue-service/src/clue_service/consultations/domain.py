"""Rules of a consultation (会商): its states, its moves as one table, when sealed opinions open. Pure.

A conclusion advises. It replaces no approval of the clue's own table of moves.
"""

from collections.abc import Collection
from enum import StrEnum

from chassis.moves import Move, MoveTable

from clue_service.access.policy import LEADERS
from clue_service.proceedings.domain import WORKERS, PartMove, PartMoves, row

ITEM = "consultation"


class ConsultationState(StrEnum):
    """``concluded`` waits for the approval of its conclusion; ``tracking`` until every action is done."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    HELD = "held"
    MINUTES_SIGNED = "minutes_signed"
    CONCLUDED = "concluded"
    TRACKING = "tracking"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Kind(StrEnum):
    """What a consultation is for."""

    IMPORTANT_CLUE = "important_clue"
    OVERLAP = "overlap"
    PRE_INSPECTION = "pre_inspection"
    IN_INSPECTION = "in_inspection"
    RECTIFICATION_EVALUATION = "rectification_evaluation"
    ECOLOGY = "ecology"
    CASE_FILING = "case_filing"
    DIFFICULTY = "difficulty"
    """What units cannot solve alone in a supervision matter."""


class Part(StrEnum):
    """What a caller is in a consultation."""

    CONVENER = "convener"
    PARTICIPANT = "participant"
    APPROVER = "approver"


class Opening(StrEnum):
    """When sealed opinions open, at the latest when their time is up or the consultation is held."""

    ALL = "all"
    QUORUM = "quorum"


class Position(StrEnum):
    """What an opinion comes to."""

    AGREE = "agree"
    DISAGREE = "disagree"
    ABSTAIN = "abstain"


class ActionState(StrEnum):
    """An action is proposed with the conclusion and becomes a task when that is approved."""

    PROPOSED = "proposed"
    OPEN = "open"
    DONE = "done"
    WITHDRAWN = "withdrawn"


S = ConsultationState
LEAST_UNITS = 2
"""Nobody deliberates alone."""
UNITS_THAT_CONVENE = 3
"""As many commissions in one overlap alert convene a consultation by themselves."""

_CONVENER = ((WORKERS, Part.CONVENER),)
_PARTICIPANT = ((WORKERS, Part.PARTICIPANT),)
_APPROVER = ((LEADERS, Part.APPROVER),)
_BEFORE_HELD = (S.DRAFT, S.SUBMITTED, S.APPROVED, S.SCHEDULED)
_AFTER_HELD = (S.HELD, S.MINUTES_SIGNED, S.CONCLUDED, S.TRACKING)


def _event(name: str) -> str:
    return f"clue.consultation.{name}.v1"


MOVE_ROWS: tuple[PartMove, ...] = (
    row("submit", [S.DRAFT], S.SUBMITTED, _CONVENER, _event("submitted"), "two units take part at least"),
    row("approve", [S.SUBMITTED], S.APPROVED, _APPROVER, _event("approved"), "not by who convened it"),
    row("reject", [S.SUBMITTED], S.DRAFT, _APPROVER, _event("rejected"), "with the reason"),
    row(
        "schedule",
        [S.APPROVED, S.SCHEDULED],
        S.SCHEDULED,
        _CONVENER,
        _event("scheduled"),
        "invites the participants; opinions are due by a day that is not over",
    ),
    row(
        "invite",
        [S.DRAFT, S.APPROVED, S.SCHEDULED],
        None,
        _CONVENER,
        _event("invited"),
        "one more unit takes part; not once opinions are open",
    ),
    row(
        "recuse",
        [*_BEFORE_HELD, *_AFTER_HELD],
        None,
        (*_CONVENER, *_PARTICIPANT, *_APPROVER),
        None,
        "the person meets the consultation nowhere from now on; a participant recuses nobody but themselves",
    ),
    row(
        "give-opinion",
        [S.SCHEDULED],
        None,
        _PARTICIPANT,
        _event("opinion_given"),
        "sealed until opinions open, and replaceable as long; a first opinion after that is marked late",
    ),
    row(
        "hold",
        [S.SCHEDULED],
        S.HELD,
        _CONVENER,
        _event("held"),
        "a quorum of the participants attended; there are minutes; opinions open",
    ),
    row(
        "sign-minutes",
        [S.HELD],
        None,
        _PARTICIPANT,
        _event("minutes_signed"),
        "once for each unit that attended; signed by all of them the minutes stand",
    ),
    row("dissent", _AFTER_HELD, None, _PARTICIPANT, None, "kept with the consultation, seen by all who take part"),
    row(
        "conclude",
        [S.MINUTES_SIGNED],
        S.CONCLUDED,
        _CONVENER,
        _event("conclusion_proposed"),
        "with the actions that are to follow; each has an owner and a due date",
    ),
    row(
        "approve-conclusion",
        [S.CONCLUDED],
        S.TRACKING,
        _APPROVER,
        _event("concluded"),
        "not by who drew it up; its actions become tasks of their owners",
    ),
    row(
        "reject-conclusion",
        [S.CONCLUDED],
        S.MINUTES_SIGNED,
        _APPROVER,
        _event("conclusion_rejected"),
        "with the reason",
    ),
    row("close", [S.TRACKING], S.CLOSED, _CONVENER, _event("closed"), "no action is open"),
    row("cancel", _BEFORE_HELD, S.CANCELLED, (*_CONVENER, *_APPROVER), _event("cancelled"), "with the reason"),
)
MOVES = PartMoves(MOVE_ROWS)
TASK_MOVES = MoveTable(
    [
        Move("complete", frozenset({ActionState.OPEN}), ActionState.DONE, WORKERS, note="by the unit that owns it"),
        Move("withdraw", frozenset({ActionState.OPEN}), ActionState.WITHDRAWN, WORKERS, note="by the convener"),
    ]
)
"""What becomes of a task."""


def opens_with(opening: str, given: int, participants: int, quorum: int) -> bool:
    """Whether as many opinions as were given open all of them."""
    return given >= (participants if opening == Opening.ALL else quorum)


def has_quorum(attended: Collection[str], participants: Collection[str], quorum: int) -> bool:
    """Whether enough of the participating units attended."""
    return len(set(attended) & set(participants)) >= quorum
