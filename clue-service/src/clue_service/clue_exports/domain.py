"""Rules of taking clues out as a file (导出): one asks, a leader agrees, the first makes and fetches it in time. Pure.

What is taken out only ever gets less: what whoever asked saw, of that what whoever agreed saw, of that what whoever
asked still sees when the file is made.
"""

from datetime import datetime
from enum import StrEnum

from clue_service.access.policy import LEADERS, OFFICE_ROLES
from clue_service.proceedings.domain import PartMove, PartMoves, row

ITEM = "clue_export"


class ExportState(StrEnum):
    """``void``: a clue of it was sealed or deleted, the database says so. ``expired``: its time is over."""

    REQUESTED = "requested"
    APPROVED = "approved"
    MADE = "made"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    VOID = "void"


class Basis(StrEnum):
    """What the file is for."""

    CASE_FILE = "case_file"
    MEETING = "meeting"
    SUPERIOR_ORDER = "superior_order"
    JUDICIAL_REQUEST = "judicial_request"
    ARCHIVE_TRANSFER = "archive_transfer"


class Format(StrEnum):
    """NDJSON holds everything, sheets one row for each clue."""

    NDJSON = "ndjson"
    CSV = "csv"
    XLSX = "xlsx"


class Part(StrEnum):
    """What a caller is in an export."""

    REQUESTER = "requester"
    APPROVER = "approver"


S = ExportState
ASKERS = OFFICE_ROLES | LEADERS | {"handler"}
TIMED = frozenset({S.APPROVED, S.MADE})
"""States that end by the clock."""
_REQUESTER = ((ASKERS, Part.REQUESTER),)
_APPROVER = ((LEADERS, Part.APPROVER),)


def event(name: str) -> str:
    """The type of an event of an export."""
    return f"clue.clue_export.{name}.v1"


MOVE_ROWS: tuple[PartMove, ...] = (
    row(
        "approve",
        [S.REQUESTED],
        S.APPROVED,
        _APPROVER,
        event("approved"),
        "by a leader of the commission who did not ask; what that leader does not see is left out",
    ),
    row("refuse", [S.REQUESTED], S.REFUSED, _APPROVER, event("refused"), "not by who asked; with the reason"),
    row(
        "make",
        [S.APPROVED],
        S.MADE,
        _REQUESTER,
        event("made"),
        "once, by who asked, in time; what they do not see any more is left out",
    ),
    row("withdraw", [S.REQUESTED, S.APPROVED, S.MADE], S.WITHDRAWN, _REQUESTER, event("ended"), "a file is destroyed"),
)
MOVES = PartMoves(MOVE_ROWS)


def present_state(state: str, expires_at: datetime | None, now: datetime) -> str:
    """The state with the clock looked at."""
    return S.EXPIRED.value if state in TIMED and expires_at is not None and expires_at <= now else state
