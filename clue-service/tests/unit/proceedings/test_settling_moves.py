"""Objections, clarifications and findings: every pair of state and verb, and which part may take which move."""

from typing import Any

import pytest
from chassis.directory import Unit, UnitTree
from chassis.errors import MoveRefused
from clue_service.access.policy import Viewer
from clue_service.accusation_findings import domain as findings
from clue_service.accusation_findings.domain import FindingState as F
from clue_service.accusation_findings.schemas import BODIES as FINDING_BODIES
from clue_service.clarifications import domain as clarifications
from clue_service.clarifications.domain import ClarificationState as C
from clue_service.clarifications.schemas import BODIES as CLARIFICATION_BODIES
from clue_service.jurisdiction_objections import domain as objections
from clue_service.jurisdiction_objections.domain import ObjectionState as O
from clue_service.jurisdiction_objections.domain import Route
from clue_service.jurisdiction_objections.schemas import BODIES as OBJECTION_BODIES
from clue_service.proceedings.domain import may_take
from hypothesis import given
from hypothesis import strategies as st

OBJECTIONS: dict[O, set[str]] = {
    O.RAISED: {"agree", "contest", "withdraw"},
    O.ACCEPTED: set(),
    O.SUBMITTED: {"decide", "record-meeting", "withdraw"},
    O.ESCALATED: {"decide", "record-meeting", "withdraw"},
    O.MEETING_RECORDED: {"confirm-meeting", "dispute-meeting", "withdraw"},
    O.DECIDED: set(),
    O.WITHDRAWN: set(),
}
CLARIFICATIONS: dict[C, set[str]] = {
    C.ASSESSED: {"approve", "reject", "withdraw"},
    C.APPROVED: {"carry-out", "withdraw"},
    C.REJECTED: set(),
    C.CARRIED_OUT: {"revisit"},
    C.REVISITED: {"close"},
    C.CLOSED: set(),
    C.WITHDRAWN: set(),
}
FINDINGS: dict[F, set[str]] = {
    F.PROPOSED: {"endorse", "withdraw"},
    F.ENDORSED: {"decide", "withdraw"},
    F.FALSE_ACCUSATION: {"record-handling"},
    F.MISTAKEN_REPORT: {"record-handling"},
    F.REJECTED: set(),
    F.HANDLED: set(),
    F.WITHDRAWN: set(),
}
CASES = [
    *((objections.MOVES, state, verb, OBJECTIONS[state]) for state in O for verb in OBJECTION_BODIES),
    *((clarifications.MOVES, state, verb, CLARIFICATIONS[state]) for state in C for verb in CLARIFICATION_BODIES),
    *((findings.MOVES, state, verb, FINDINGS[state]) for state in F for verb in FINDING_BODIES),
]


@pytest.mark.parametrize(("table", "state", "verb", "allowed"), CASES)
def test_a_state_allows_exactly_its_verbs(table: Any, state: str, verb: str, allowed: set[str]) -> None:
    if verb in allowed:
        assert table.take(verb, state).verb == verb
        return
    with pytest.raises(MoveRefused) as refused:
        table.take(verb, state)
    assert set(refused.value.members["allowed_moves"]) == allowed


def test_every_move_has_a_body_and_every_body_a_move() -> None:
    assert set(OBJECTION_BODIES) == {row.verb for row in objections.MOVE_ROWS}
    assert set(CLARIFICATION_BODIES) == {row.verb for row in clarifications.MOVE_ROWS}
    assert set(FINDING_BODIES) == {row.verb for row in findings.MOVE_ROWS}


MEETING = {"record-meeting", "confirm-meeting", "dispute-meeting"}
WHO: list[tuple[Any, str, str, set[str]]] = [
    (objections.MOVES, "leader", "objector", {*MEETING, "withdraw"}),
    (objections.MOVES, "case_supervisor", "sender", {*MEETING, "agree", "contest"}),
    (objections.MOVES, "leader", "superior", {"decide"}),
    (objections.MOVES, "case_supervisor", "superior", set()),
    (clarifications.MOVES, "handler", "handler", {"carry-out", "revisit", "close", "withdraw"}),
    (clarifications.MOVES, "principal_leader", "approver", {"approve", "reject"}),
    (clarifications.MOVES, "deputy_leader", "approver", set()),
    (findings.MOVES, "case_supervisor", "proposer", {"record-handling", "withdraw"}),
    (findings.MOVES, "principal_leader", "endorser", {"endorse"}),
    (findings.MOVES, "deputy_leader", "endorser", set()),
    (findings.MOVES, "principal_leader", "approver", {"decide"}),
    (findings.MOVES, "deputy_leader", "approver", set()),
]


@pytest.mark.parametrize(("table", "role", "part", "verbs"), WHO)
def test_role_and_part_take_exactly_their_moves(table: Any, role: str, part: str, verbs: set[str]) -> None:
    viewer = Viewer("x", frozenset({role}))
    assert {verb for verb, row in table.rows.items() if may_take(viewer, {part}, row)} == verbs


def _country() -> UnitTree:
    """A province with three cities of three counties each; the province's commission is the highest."""
    units = [Unit("pc", "", "party_committee"), Unit("p", "", "cdi", "pc", "province")]
    for city in range(3):
        units.append(Unit(f"c{city}", "", "cdi", "p", "city"))
        units += [Unit(f"c{city}-{county}", "", "cdi", f"c{city}", "county") for county in range(3)]
    units.append(Unit("alone", "", "cdi", None, "county"))
    return UnitTree(units)


CODES = ["p", *(f"c{n}" for n in range(3)), *(f"c{n}-{m}" for n in range(3) for m in range(3)), "alone"]


def _route_by_hand(one: str, other: str) -> str | None:
    """Who stands above both, read off the codes."""
    if "alone" in (one, other) or "p" in (one, other):
        return None
    same_city = one[:2] == other[:2]
    return one[:2] if same_city and "-" in one and "-" in other else "p"


@given(st.sampled_from(CODES), st.sampled_from(CODES))
def test_the_route_is_right_for_any_two_commissions(one: str, other: str) -> None:
    if one != other:
        assert objections.superior_of(_country(), one, other) == _route_by_hand(one, other)
        assert objections.superior_of(_country(), other, one) == _route_by_hand(one, other)


def test_a_route_leaves_out_the_moves_of_the_other() -> None:
    assert objections.impossible_by(Route.COMMON_SUPERIOR) == MEETING
    assert objections.impossible_by(Route.JOINT_MEETING) == {"decide"}


@pytest.mark.parametrize(
    ("commission", "approves"), [("c1-2", "c1"), ("c1", "c1"), ("p", "p"), ("alone", None), ("nowhere", None)]
)
def test_a_city_or_above_finds_a_false_accusation(commission: str, approves: str | None) -> None:
    assert findings.approving_commission(_country(), commission) == approves
