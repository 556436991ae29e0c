"""Rules of briefings before entry: their states, and who is asked when nobody is named."""

from enum import StrEnum

from chassis.directory import UnitTree
from chassis.moves import Move, MoveTable

OFFICE = frozenset({"inspection_office"})
ANSWERERS = frozenset({"intake_officer", "case_supervisor", "handler", "leader", "principal_leader", "deputy_leader"})
ASKED_TYPES = frozenset({"petition_office", "case_management_office", "conduct_office"})
DUE_DAYS = 5
"""Calendar days an office has where the request does not say; no national figure is known."""


class BriefingState(StrEnum):
    ASKED = "asked"
    ACKNOWLEDGED = "acknowledged"
    WITHDRAWN = "withdrawn"


S = BriefingState

MOVES = MoveTable(
    [
        Move(
            "acknowledge",
            frozenset({S.ASKED}),
            S.ACKNOWLEDGED,
            ANSWERERS,
            event="inspection.briefing_request.acknowledged.v1",
            note="by the office asked: what it knows of the unit, or that it knows nothing",
        ),
        Move(
            "withdraw",
            frozenset({S.ASKED}),
            S.WITHDRAWN,
            OFFICE,
            event="inspection.briefing_request.withdrawn.v1",
            note="the answer is not needed any more",
        ),
    ]
)


def offices_to_ask(tree: UnitTree, commission: str) -> list[str]:
    """Petition, case-management and conduct office of the competent commission; itself where it has none of them."""
    found = [unit.code for unit in tree if unit.parent_code == commission and unit.unit_type in ASKED_TYPES]
    return sorted(found) or [commission]
