"""Rules of records of interference (过问干预登记): somebody asked about a clue, pleaded, or stepped in. Pure.

Whoever is approached has to record it, and no record is withdrawn. Leaders decide whether it was so and what follows;
where it is about a leader of the commission itself, those of the commission above do, and nobody in between learns it.
Who interfered never meets the record, whatever else they may read.
"""

from enum import StrEnum

from chassis.directory import UnitTree

from clue_service.access.policy import LEADERS
from clue_service.proceedings.domain import WORKERS, PartMove, PartMoves, row

ITEM = "interference_record"


class RecordState(StrEnum):
    """``dismissed``: it was none. A record stays, whatever was found."""

    RECORDED = "recorded"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"
    HANDLED = "handled"


class Kind(StrEnum):
    """What somebody did."""

    ASKED_ABOUT = "asked_about"
    LOBBIED = "lobbied"
    INTERVENED = "intervened"


class Way(StrEnum):
    """How."""

    IN_PERSON = "in_person"
    PHONE = "phone"
    MESSAGE = "message"
    LETTER = "letter"
    THROUGH_ANOTHER = "through_another"


class Standing(StrEnum):
    """Who somebody is to the clue."""

    LEADING_CADRE = "leading_cadre"
    OWN_STAFF = "own_staff"
    SUBJECTS_SIDE = "subjects_side"
    OTHER = "other"


class Measure(StrEnum):
    """What followed for who interfered."""

    REMINDER = "reminder"
    CRITICISM = "criticism"
    REPORTED_ABOVE = "reported_above"
    DISCIPLINE_REFERRAL = "discipline_referral"
    NONE = "none"


class Part(StrEnum):
    """What a caller is in a record. The office keeps the ledger and is not shown what was said, nor by whom."""

    RECORDER = "recorder"
    REVIEWER = "reviewer"
    OFFICE = "office"


S = RecordState
RECORDERS = WORKERS | {"intake_officer", "auditor"}
READS_CONTENT = frozenset({Part.RECORDER.value, Part.REVIEWER.value})
_REVIEWER = ((LEADERS, Part.REVIEWER),)


def event(name: str) -> str:
    """The type of an event of a record."""
    return f"clue.interference_record.{name}.v1"


MOVE_ROWS: tuple[PartMove, ...] = (
    row("confirm", [S.RECORDED], S.CONFIRMED, _REVIEWER, event("confirmed"), "by a leader who did not record it"),
    row("dismiss", [S.RECORDED], S.DISMISSED, _REVIEWER, event("dismissed"), "with the reason; the record stays"),
    row("record-handling", [S.CONFIRMED], S.HANDLED, _REVIEWER, event("handled"), "what followed for who interfered"),
)
MOVES = PartMoves(MOVE_ROWS)


def commission_above(tree: UnitTree, commission: str) -> str | None:
    """The nearest commission above one; None where the directory knows of none."""
    for code in tree.superiors(commission):
        found = tree.find(code)
        if code != commission and found is not None and found.unit_type == "cdi":
            return code
    return None
