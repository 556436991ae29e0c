"""Rules of supervised handling (督办): a superior body presses for a result. Pure.

An order presses; it never changes what a clue is or how it is disposed of.
"""

from enum import StrEnum

from clue_service.access.policy import LEADERS
from clue_service.proceedings.domain import WORKERS, PartMove, PartMoves, row

ITEM = "supervised_handling"


class OrderState(StrEnum):
    """``in_progress`` also after a report that was given back; ``escalated`` until a report comes all the same."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    ISSUED = "issued"
    ACKNOWLEDGED = "acknowledged"
    IN_PROGRESS = "in_progress"
    REPORTED = "reported"
    REVIEWED = "reviewed"
    ESCALATED = "escalated"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class Trigger(StrEnum):
    """Why a superior presses."""

    OVERDUE = "overdue"
    PERFUNCTORY = "perfunctory"
    SUPPLEMENTARY_CHECK = "supplementary_check"
    RECONSIDERATION = "reconsideration"
    MATERIALS = "materials"
    OTHER = "other"


class Method(StrEnum):
    """How."""

    LETTER = "letter"
    HEARING = "hearing"
    FILE_REVIEW = "file_review"
    ON_SITE = "on_site"


class Part(StrEnum):
    """What a caller is in an order. ``superior``: to whom it was escalated."""

    ORDERER = "orderer"
    APPROVER = "approver"
    TARGET = "target"
    SUPERIOR = "superior"


class Verdict(StrEnum):
    """What the orderer finds of a report."""

    SATISFACTORY = "satisfactory"
    RETURNED = "returned"


S = OrderState
BEFORE_ISSUED = frozenset({S.PROPOSED, S.APPROVED, S.REJECTED, S.WITHDRAWN})
"""States in which the unit that is pressed knows nothing of the order."""
OWING = frozenset({S.ISSUED, S.ACKNOWLEDGED, S.IN_PROGRESS, S.ESCALATED})
"""States in which it owes a report."""

_ORDERER = ((WORKERS, Part.ORDERER),)
_APPROVER = ((LEADERS, Part.APPROVER),)
_TARGET = ((WORKERS, Part.TARGET),)


def event(name: str) -> str:
    """The type of an event of an order."""
    return f"clue.supervised_handling.{name}.v1"


MOVE_ROWS: tuple[PartMove, ...] = (
    row("approve", [S.PROPOSED], S.APPROVED, _APPROVER, event("approved"), "not by who proposed it"),
    row("reject", [S.PROPOSED], S.REJECTED, _APPROVER, event("rejected"), "with the reason"),
    row("withdraw", [S.PROPOSED, S.APPROVED], S.WITHDRAWN, _ORDERER, None, "with the reason"),
    row("issue", [S.APPROVED], S.ISSUED, _ORDERER, event("issued"), "the clock of the report starts"),
    row("acknowledge", [S.ISSUED], S.ACKNOWLEDGED, _TARGET, event("acknowledged")),
    row("note-progress", [S.ACKNOWLEDGED, S.IN_PROGRESS], S.IN_PROGRESS, _TARGET, None, "what was done so far"),
    row("press", OWING, None, _ORDERER, event("pressed"), "a reminder (催办); the clock stays"),
    row("extend", OWING, None, _APPROVER, event("extended"), "to a later day, with the reason"),
    row("report", OWING, S.REPORTED, _TARGET, event("reported"), "the result; the clock stops"),
    row(
        "review",
        [S.REPORTED],
        None,
        _ORDERER,
        event("reviewed"),
        "satisfactory: reviewed; returned: in progress, with a new day by which to report",
    ),
    row(
        "escalate",
        OWING - {S.ESCALATED},
        S.ESCALATED,
        (*_ORDERER, *_APPROVER),
        event("escalated"),
        "a report is overdue or was given back; to a unit above the one that is pressed",
    ),
    row("close", [S.REVIEWED], S.CLOSED, _ORDERER, event("closed")),
)
MOVES = PartMoves(MOVE_ROWS)
