"""The parts of a clue that a share can show, and what a clue looks like by them. Pure."""

from collections.abc import Collection, Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from clue_service.clues.schemas import ClueOut


class Part(StrEnum):
    """Number, state and dates are always shown; reporter, proposed opinion, candidates and matters never."""

    SUBJECTS = "subjects"
    ALLEGATIONS = "allegations"
    HANDLING = "handling"


_OF_PART: dict[Part, dict[str, Any]] = {
    Part.SUBJECTS: {"subjects": []},
    Part.ALLEGATIONS: {"allegations": [], "categories": [], "summary": None},
    Part.HANDLING: {
        "lead_unit": None, "co_units": [], "members": [], "assignment_approval": None, "disposition": None,
        "result": None, "urgency": None, "due_at": None, "due_rule": None, "clock_start": None, "paused_on": None,
        "due_provisional": False,
    },
}  # fmt: skip
_NEVER: dict[str, Any] = {
    "registered_by": "", "origin_ref": None, "reporter": None, "matter_id": None, "matter_ids": [],
    "proposed_opinion": None, "first_clue_id": None, "allowed_moves": [], "is_matching_pending": False,
    "candidates": [], "channel": None,
}  # fmt: skip


def redacted(clue: ClueOut, parts: Collection[str]) -> ClueOut:
    """The clue with the shared parts only; what is left out looks as if it were not there."""
    hidden = {name: value for part, blanks in _OF_PART.items() if part not in parts for name, value in blanks.items()}
    return clue.model_copy(update={**_NEVER, **hidden})


class Showing(Protocol):
    """What says which parts a share shows."""

    @property
    def parts(self) -> Collection[str]: ...


def shown_parts(shares: Iterable[Showing]) -> list[Part]:
    """What several shares show together."""
    return [Part(part) for part in sorted({part for share in shares for part in share.parts})]


class Expiring(Protocol):
    """What decides whether a share still opens anything."""

    @property
    def expires_at(self) -> datetime: ...
    @property
    def revoked_at(self) -> datetime | None: ...


def state_of(share: Expiring, now: datetime) -> str:
    """``active``, ``revoked`` or ``expired``."""
    if share.revoked_at is not None:
        return "revoked"
    return "active" if share.expires_at > now else "expired"
