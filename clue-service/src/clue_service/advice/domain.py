"""Rules of supervisory advice (纪检监察建议): a letter that requires a unit to put a problem right. Pure."""

from enum import StrEnum

from clue_service.access.policy import LEADERS
from clue_service.proceedings.domain import WORKERS, PartMove, PartMoves, row

ITEM = "advice"


class AdviceState(StrEnum):
    """``rectifying`` also after a reply that was not enough; ``reissued`` where a new letter goes on for it."""

    DRAFTED = "drafted"
    CONSULTED = "consulted"
    APPROVED = "approved"
    SERVED = "served"
    ACKNOWLEDGED = "acknowledged"
    RECTIFYING = "rectifying"
    REPLIED = "replied"
    REVIEWED = "reviewed"
    CLOSED = "closed"
    REISSUED = "reissued"
    WITHDRAWN = "withdrawn"


class Kind(StrEnum):
    """Discipline advice goes to a Party organisation, supervisory advice to a unit; combined where both are meant."""

    DISCIPLINE = "discipline"
    SUPERVISORY = "supervisory"
    COMBINED = "combined"


class Part(StrEnum):
    """What a caller is in a letter. ``watcher``: the linked office, the resident group, the case office."""

    ISSUER = "issuer"
    APPROVER = "approver"
    ADDRESSEE = "addressee"
    WATCHER = "watcher"


class Verdict(StrEnum):
    """What a review finds of a reply."""

    SUFFICIENT = "sufficient"
    INSUFFICIENT = "insufficient"


class Finding(StrEnum):
    """What a look back finds after the letter was closed."""

    HOLDS = "holds"
    RECURRED = "recurred"


S = AdviceState
BEFORE_SERVED = frozenset({S.DRAFTED, S.CONSULTED, S.APPROVED, S.WITHDRAWN})
"""States in which the addressed unit and those who watch over it know nothing of the letter."""
OWING = frozenset({S.SERVED, S.ACKNOWLEDGED, S.RECTIFYING})
"""States in which the addressed unit owes a reply."""

_ISSUER = ((WORKERS, Part.ISSUER),)
_APPROVER = ((LEADERS, Part.APPROVER),)
# A unit without accounts answers on paper, and the issuer records it.
_ADDRESSEE = ((WORKERS, Part.ADDRESSEE), (WORKERS, Part.ISSUER))


def event(name: str) -> str:
    """The type of an event of advice."""
    return f"clue.advice.{name}.v1"


MOVE_ROWS: tuple[PartMove, ...] = (
    row("consult", [S.DRAFTED], S.CONSULTED, _ISSUER, None, "who was asked, and what they said"),
    row("approve", [S.DRAFTED, S.CONSULTED], S.APPROVED, _APPROVER, event("approved"), "not by who drafted it"),
    row("reject", [S.CONSULTED, S.DRAFTED], S.DRAFTED, _APPROVER, event("rejected"), "with the reason"),
    row("withdraw", [S.DRAFTED, S.CONSULTED, S.APPROVED], S.WITHDRAWN, (*_ISSUER, *_APPROVER), None, "with the reason"),
    row(
        "serve",
        [S.APPROVED],
        S.SERVED,
        _ISSUER,
        event("served"),
        "before the day a reply is due; the clock of the reply starts, and who watches over the unit learns of it",
    ),
    row("acknowledge", [S.SERVED], S.ACKNOWLEDGED, _ADDRESSEE, event("acknowledged"), "the unit has the letter"),
    row("plan", [S.SERVED, S.ACKNOWLEDGED], S.RECTIFYING, _ADDRESSEE, event("planned"), "what is done by whom"),
    row("reply", OWING, S.REPLIED, _ADDRESSEE, event("replied"), "in writing; the clock stops"),
    row(
        "review",
        [S.REPLIED],
        None,
        _ISSUER,
        event("reviewed"),
        "sufficient: reviewed; insufficient: rectifying, with a new day by which to reply",
    ),
    row("extend", OWING, None, _APPROVER, event("extended"), "to a later day, with the reason"),
    row("follow-up", [*OWING, S.REPLIED, S.REVIEWED, S.CLOSED], None, _ISSUER, None, "what a visit or a check showed"),
    row("close", [S.REVIEWED], S.CLOSED, _ISSUER, event("closed")),
    row("look-back", [S.CLOSED], None, _ISSUER, None, "whether it holds, or came back"),
    row(
        "reissue",
        [S.RECTIFYING, S.REVIEWED, S.CLOSED],
        S.REISSUED,
        _ISSUER,
        event("reissued"),
        "a new letter of the same content is drafted, with a day of its own; this one is over",
    ),
)
MOVES = PartMoves(MOVE_ROWS)
