"""Rules of jurisdiction objections (管辖异议): who is competent for what was handed over. Pure.

The receiver objects within five working days. The sender answers; if it disagrees or says nothing, the common superior
decides, and where there is none a joint meeting of both does.
"""

from enum import StrEnum

from chassis.directory import UnitTree

from clue_service.access.policy import LEADERS
from clue_service.proceedings.domain import PartMove, PartMoves, row

ITEM = "jurisdiction_objection"


class ObjectionState(StrEnum):
    """``escalated``: it was to be decided and was not in time; it can still be."""

    RAISED = "raised"
    ACCEPTED = "accepted"
    SUBMITTED = "submitted"
    ESCALATED = "escalated"
    MEETING_RECORDED = "meeting_recorded"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"


class Route(StrEnum):
    """Who decides where the two sides do not agree."""

    COMMON_SUPERIOR = "common_superior"
    JOINT_MEETING = "joint_meeting"


class Part(StrEnum):
    """What a caller is in an objection."""

    OBJECTOR = "objector"
    SENDER = "sender"
    SUPERIOR = "superior"


S = ObjectionState
_SUPERVISORS = LEADERS | {"case_supervisor"}
_OBJECTOR = ((_SUPERVISORS, Part.OBJECTOR),)
_SENDER = ((_SUPERVISORS, Part.SENDER),)
_SUPERIOR = ((LEADERS, Part.SUPERIOR),)
OPEN = frozenset({S.RAISED, S.SUBMITTED, S.ESCALATED, S.MEETING_RECORDED})
"""States in which nobody knows yet who is competent."""
OWING = frozenset({S.RAISED, S.SUBMITTED})
"""States in which somebody owes a step by a date."""
UNDECIDED = frozenset({S.SUBMITTED, S.ESCALATED})


def event(name: str) -> str:
    """The type of an event of an objection."""
    return f"clue.jurisdiction_objection.{name}.v1"


MOVE_ROWS: tuple[PartMove, ...] = (
    row("agree", [S.RAISED], S.ACCEPTED, _SENDER, event("accepted"), "the sender has its clue again"),
    row("contest", [S.RAISED], S.SUBMITTED, _SENDER, event("submitted"), "with the reason; the next clock starts"),
    row(
        "decide",
        UNDECIDED,
        S.DECIDED,
        _SUPERIOR,
        event("decided"),
        "by a leader of the common superior, where there is one; another commission than the receiver: the sender has"
        " its clue again",
    ),
    row(
        "record-meeting",
        UNDECIDED,
        S.MEETING_RECORDED,
        (*_OBJECTOR, *_SENDER),
        event("meeting_recorded"),
        "only where there is no common superior; with what the meeting came to",
    ),
    row(
        "confirm-meeting",
        [S.MEETING_RECORDED],
        S.DECIDED,
        (*_OBJECTOR, *_SENDER),
        event("decided"),
        "by the side that did not record it",
    ),
    row(
        "dispute-meeting",
        [S.MEETING_RECORDED],
        S.SUBMITTED,
        (*_OBJECTOR, *_SENDER),
        event("submitted"),
        "by the side that did not record it, with the reason; the clock starts anew",
    ),
    row("withdraw", OPEN, S.WITHDRAWN, _OBJECTOR, event("withdrawn"), "the receiver takes the clue after all"),
)
MOVES = PartMoves(MOVE_ROWS)
_BY_ROUTE = {
    Route.COMMON_SUPERIOR: frozenset({"record-meeting", "confirm-meeting", "dispute-meeting"}),
    Route.JOINT_MEETING: frozenset({"decide"}),
}


def impossible_by(route: str) -> frozenset[str]:
    """The moves that belong to the other route."""
    return _BY_ROUTE[Route(route)]


def superior_of(tree: UnitTree, sender: str, receiver: str) -> str | None:
    """The commission that decides between two: the nearest one above both that is neither.

    None where there is none: then a joint meeting decides. A unit above both that is no commission, such as a Party
    committee, decides nothing here; its commission does, unless it is one of the two.
    """
    above_sender = [code for code in tree.superiors(sender) if code not in (sender, receiver)]
    above_receiver = set(tree.superiors(receiver))
    for code in above_sender:
        found = tree.find(code)
        if code in above_receiver and found is not None and found.unit_type == "cdi":
            return code
    return None
