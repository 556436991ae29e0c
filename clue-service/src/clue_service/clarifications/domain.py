"""Rules of clarifications (澄清): a report was untrue and did harm, and that is set right. Pure.

Approved by a principal leader; in writing, and by talking, at a meeting or by a circular only with a written one too.
Who reported is never part of it.
"""

from enum import StrEnum

from clue_service.access.policy import LEADERS
from clue_service.proceedings.domain import WORKERS, PartMove, PartMoves, row

ITEM = "clarification"


class ClarificationState(StrEnum):
    """``approved`` until every form was carried out."""

    ASSESSED = "assessed"
    APPROVED = "approved"
    REJECTED = "rejected"
    CARRIED_OUT = "carried_out"
    REVISITED = "revisited"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class Form(StrEnum):
    """How it is said that the report was untrue."""

    WRITTEN = "written"
    FACE_TO_FACE = "face_to_face"
    MEETING = "meeting"
    CIRCULAR = "circular"


class Part(StrEnum):
    """What a caller is in a clarification."""

    HANDLER = "handler"
    APPROVER = "approver"


S = ClarificationState
UNTRUE = frozenset({"accepted_explanation", "after_check", "direct"})
"""Closures of a clue whose report did not prove true."""
ENDED = frozenset({S.REJECTED, S.CLOSED, S.WITHDRAWN})
_HANDLER = ((WORKERS, Part.HANDLER),)
_APPROVER = ((LEADERS - {"deputy_leader"}, Part.APPROVER),)


def event(name: str) -> str:
    """The type of an event of a clarification."""
    return f"clue.clarification.{name}.v1"


MOVE_ROWS: tuple[PartMove, ...] = (
    row("approve", [S.ASSESSED], S.APPROVED, _APPROVER, event("approved"), "by a principal leader, not the drafter"),
    row("reject", [S.ASSESSED], S.REJECTED, _APPROVER, event("rejected"), "with the reason"),
    row(
        "carry-out",
        [S.APPROVED],
        None,
        _HANDLER,
        event("step_taken"),
        "one of the forms that were approved; carried out once all were",
    ),
    row("revisit", [S.CARRIED_OUT], S.REVISITED, _HANDLER, event("revisited"), "what a later visit showed"),
    row("close", [S.REVISITED], S.CLOSED, _HANDLER, event("ended")),
    row("withdraw", [S.ASSESSED, S.APPROVED], S.WITHDRAWN, _HANDLER, event("ended"), "with the reason"),
)
MOVES = PartMoves(MOVE_ROWS)
