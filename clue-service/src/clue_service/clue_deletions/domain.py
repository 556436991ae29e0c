"""Rules of deleting a clue's content (销毁): four eyes, and only once nothing holds it any more. Pure.

What is left is a tombstone: the number, dates, the basis, who asked and who approved.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from chassis.clock import months_after

from clue_service.access.policy import LEADERS
from clue_service.clues.states import Status
from clue_service.proceedings.domain import PartMove, PartMoves, row

ITEM = "clue_deletion"


class DeletionState(StrEnum):
    """``approved``: the content is gone. ``void``: the clue was sealed meanwhile, the database says so."""

    REQUESTED = "requested"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    VOID = "void"


class Basis(StrEnum):
    """Why the content may go. Its retention has to be over in any case."""

    RETENTION_EXPIRED = "retention_expired"
    APPRAISED = "appraised"
    ORDERED = "ordered"


class Part(StrEnum):
    """What a caller is in a deletion: of the office that asks, or a leader who decides."""

    OFFICE = "office"
    APPROVER = "approver"


class Keeping(StrEnum):
    """How long a clue's content is kept depends on what came of it."""

    FILED = "filed"
    HANDLED = "handled"
    NOT_HANDLED = "not_handled"


class Hold(StrEnum):
    """Why the content may not go yet."""

    UNDER_REVIEW = "under_review"
    """It is not archived: somebody works on it, or may again."""
    RETENTION = "retention"
    PERMANENT = "permanent"
    OPEN_MATTER = "open_matter"
    """Another clue of its matter is in hand, or an overlap alert is open."""
    OPEN_PROCEEDING = "open_proceeding"
    OWED_NOTICE = "owed_notice"
    CHANGED_SINCE = "changed_since"
    """Somebody did something with it after the deletion was asked for."""


S = DeletionState
PRINCIPALS = LEADERS - {"deputy_leader"}
ASKERS = PRINCIPALS | {"case_supervisor"}
DELETABLE = frozenset({Status.ARCHIVED})
_FILED = frozenset({"case_filed", "transferred_to_party_org"})
_OFFICE = ((ASKERS, Part.OFFICE),)
_APPROVER = ((PRINCIPALS, Part.APPROVER),)


def event(name: str) -> str:
    """The type of an event of a deletion."""
    return f"clue.clue_deletion.{name}.v1"


MOVE_ROWS: tuple[PartMove, ...] = (
    row(
        "approve",
        [S.REQUESTED],
        S.APPROVED,
        _APPROVER,
        event("approved"),
        "by a principal leader of the commission who did not ask; nothing holds the clue; its content is erased for"
        " good, the number stays",
    ),
    row("refuse", [S.REQUESTED], S.REFUSED, _APPROVER, event("refused"), "not by who asked; with the reason"),
    row("withdraw", [S.REQUESTED], S.WITHDRAWN, _OFFICE, event("withdrawn")),
)
MOVES = PartMoves(MOVE_ROWS)


def keeping_of(outcome: str | None, *, was_assigned: bool) -> Keeping:
    """The class of a clue by its latest outcome and whether a unit ever had it."""
    if outcome in _FILED:
        return Keeping.FILED
    return Keeping.HANDLED if was_assigned or outcome is not None else Keeping.NOT_HANDLED


def kept_until(keeping: Keeping, last_step: date, years: Mapping[Keeping, int]) -> date | None:
    """The last day of the retention, counted from the last step of the clue's life; None: for ever."""
    return months_after(last_step, 12 * years[keeping]) if years[keeping] else None


@dataclass(frozen=True)
class Standing:
    """What holds depend on. ``version`` is the clue's, ``asked_version`` what it was when the deletion was asked."""

    status: str
    kept_until: date | None
    today: date
    has_open_matter: bool
    has_open_proceeding: bool
    owes_notice: bool
    version: int
    asked_version: int


def holds_of(standing: Standing) -> list[Hold]:
    """Everything that keeps a clue's content from being deleted; none: it may go."""
    is_permanent = standing.kept_until is None
    found = {
        Hold.UNDER_REVIEW: standing.status not in DELETABLE,
        Hold.RETENTION: standing.kept_until is not None and standing.today <= standing.kept_until,
        Hold.PERMANENT: is_permanent,
        Hold.OPEN_MATTER: standing.has_open_matter,
        Hold.OPEN_PROCEEDING: standing.has_open_proceeding,
        Hold.OWED_NOTICE: standing.owes_notice,
        Hold.CHANGED_SINCE: standing.version != standing.asked_version,
    }
    return [hold for hold, holds in found.items() if holds]
