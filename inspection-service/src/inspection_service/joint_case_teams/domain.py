"""Rules of a joint case team (室组地校巡): its states, and which kind of body a member comes from."""

from collections.abc import Mapping
from enum import StrEnum

from chassis.directory import UnitTree
from chassis.moves import Move, MoveTable

LEADERS = frozenset({"leader", "principal_leader", "deputy_leader"})
PROPOSERS = LEADERS | {"handler", "inspection_office"}


class JointState(StrEnum):
    """``given_up``: refused, withdrawn, or its members could not be had."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    ACTIVE = "active"
    WOUND_UP = "wound_up"
    EVALUATED = "evaluated"
    GIVEN_UP = "given_up"


S = JointState
_E = "inspection.joint_case_team."

MOVES = MoveTable(
    [
        Move(
            "approve",
            frozenset({S.PROPOSED}),
            S.APPROVED,
            LEADERS,
            event=f"{_E}approved.v1",
            note="by a leader of the lead office's commission, not by who proposed it; the members are asked for",
        ),
        Move(
            "activate",
            frozenset({S.APPROVED}),
            S.ACTIVE,
            PROPOSERS,
            event=f"{_E}activated.v1",
            note="every home unit has consented; recusal is checked again",
        ),
        Move("wind-up", frozenset({S.ACTIVE}), S.WOUND_UP, PROPOSERS, event=f"{_E}wound_up.v1", note="members go home"),
        Move(
            "evaluate",
            frozenset({S.WOUND_UP}),
            S.EVALUATED,
            LEADERS,
            event=f"{_E}evaluated.v1",
            note="a leader grades the work",
        ),
        Move(
            "give-up",
            frozenset({S.PROPOSED, S.APPROVED}),
            S.GIVEN_UP,
            LEADERS,
            event=f"{_E}given_up.v1",
            note="refused or withdrawn; members are given back",
        ),
    ]
)

SETTLE_SECONDMENT: Mapping[str, str] = {"activate": "activate", "wind-up": "end", "give-up": "recall"}
"""What a move means for the secondment at the talent pool."""

_SOURCES: Mapping[str, str] = {
    "supervision_office": "office",
    "investigation_office": "office",
    "conduct_office": "office",
    "case_management_office": "office",
    "petition_office": "office",
    "dispatched_group": "group",
    "cdi": "local",
    "unit_discipline_body": "local",
    "university_cdi": "university",
    "inspection_office": "inspection",
}


def source_of(tree: UnitTree, home_unit: str | None, commission: str) -> str:
    """Office, group, local commission, university or inspection, by the home unit. An office of another commission
    is local: it comes with its commission."""
    unit = tree.find(home_unit)
    if unit is None:
        return "other"
    source = _SOURCES.get(unit.unit_type, "other")
    return "local" if source == "office" and tree.commission(unit.code) != commission else source


def ref_of(team_id: object) -> str:
    """How the talent pool and this service name the team to each other."""
    return f"joint-case-team:{team_id}"
