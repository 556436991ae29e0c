"""Rules of a finding: its states, and what of it goes into a clue."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Literal

from chassis.moves import Move, MoveTable

Severity = Literal["minor", "serious", "grave"]
SEVERITIES: tuple[Severity, ...] = ("minor", "serious", "grave")


class FindingState(StrEnum):
    """``handing_over``: the hand-over is decided and goes on until clue-service has the clue."""

    RECORDED = "recorded"
    HANDING_OVER = "handing_over"
    HANDED_OVER = "handed_over"
    REFERRED = "referred"
    WITHDRAWN = "withdrawn"


S = FindingState
TEAM_AND_OFFICE = frozenset({"inspector", "inspection_office"})
RESULT_MONTHS = 3
"""Months after which the inspection office is owed word of a handed-over clue (巡视工作条例 2015, article 29)."""

MOVES = MoveTable(
    [
        Move(
            "hand-over",
            frozenset({S.RECORDED}),
            S.HANDING_OVER,
            TEAM_AND_OFFICE,
            note="a clue will come of it, exactly one for ever; asking again changes nothing",
        ),
        Move(
            "refer",
            frozenset({S.RECORDED}),
            S.REFERRED,
            frozenset({"inspection_office"}),
            event="inspection.finding.handed_over.v1",
            note="no violation of a person: it goes to the organisation department or another unit concerned",
        ),
        Move(
            "withdraw",
            frozenset({S.RECORDED}),
            S.WITHDRAWN,
            TEAM_AND_OFFICE,
            note="it does not hold; kept with the reason, and counted no more",
        ),
    ]
)
"""What people do with a finding."""

CONSEQUENCES = MoveTable(
    [
        # An event about the clue may overtake the job that asked for it, or come after the job was refused.
        Move(
            "clue-made",
            frozenset({S.RECORDED, S.HANDING_OVER}),
            S.HANDED_OVER,
            event="inspection.finding.handed_over.v1",
        ),
        Move("clue-refused", frozenset({S.HANDING_OVER}), S.RECORDED),
    ]
)
"""What follows from clue-service's answer; in any other state nothing follows."""

_CLUE_CATEGORIES = frozenset(
    {
        "DISCIPLINE", "DUTY", "APPEAL", "SUGGESTION", "OUT_OF_SCOPE", "NO_SUBSTANCE",
        "D1", "D2", "D3", "D4", "D5", "D6", "V1", "C1", "C2", "C3", "C4", "C5", "C6", "O1",
    }
)  # fmt: skip
_WORDS: Mapping[str, str] = {
    "political_discipline": "D1",
    "political": "D1",
    "organisational_discipline": "D2",
    "organisation": "D2",
    "integrity": "D3",
    "mass": "D4",
    "work": "D5",
    "life": "D6",
    "duty": "V1",
    "corruption": "C1",
    "bribery": "C1",
    "abuse_of_power": "C2",
    "neglect": "C3",
    "favouritism": "C4",
}


def clue_category_of(category: str) -> str | None:
    """The clue category of a finding's category; None where the team's word has no counterpart: intake decides."""
    code = category.strip()
    return code.upper() if code.upper() in _CLUE_CATEGORIES else _WORDS.get(code.lower())


def subject_of(person: Mapping[str, Any] | None, unit_code: str) -> dict[str, Any]:
    """The subject of the clue: the person if one is named, at the inspected unit unless told otherwise."""
    told = {key: value for key, value in (person or {}).items() if value is not None}
    if "unit_code" not in told and "unit_name" not in told:
        told["unit_code"] = unit_code
    return told


def origin_ref_of(finding_id: object) -> str:
    """How clue-service and this service name the finding to each other."""
    return f"finding:{finding_id}"
