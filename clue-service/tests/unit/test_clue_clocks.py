"""The table of clocks beside the first: every state and verb, every kind and state of the clue, and who may."""

from typing import Any

import pytest
from chassis.errors import MoveRefused
from clue_service.access.policy import Viewer
from clue_service.clue_clocks.domain import MOVES, RULE_OF_KIND, ClockState, Kind, follow
from clue_service.clue_clocks.policy import parts_in
from clue_service.clue_clocks.schemas import BODIES
from clue_service.clues.states import Status
from clue_service.proceedings.domain import allowed_to

S, C = ClockState, Status
REACHED: dict[ClockState, dict[str, ClockState | None]] = {
    S.OPEN: {"meet": S.MET, "extend": None, "pause": S.PAUSED, "cancel": S.CANCELLED},
    S.PAUSED: {"meet": S.MET, "resume": S.OPEN, "cancel": S.CANCELLED},
    S.MET: {},
    S.CANCELLED: {},
}


@pytest.mark.parametrize("state", list(S))
@pytest.mark.parametrize("verb", sorted(BODIES))
def test_every_state_and_verb(state: ClockState, verb: str) -> None:
    if verb in REACHED[state]:
        assert MOVES.take(verb, state).target == REACHED[state][verb]
    else:
        with pytest.raises(MoveRefused):
            MOVES.take(verb, state)


def test_every_move_has_its_payload_and_every_kind_its_rule() -> None:
    assert set(BODIES) == set(MOVES.rows)
    assert set(RULE_OF_KIND) == set(Kind)


WAITS = {
    Kind.INQUIRY_REPLY: {C.TALK_INQUIRY, C.DISPOSITION_PROPOSED},
    Kind.INSPECTION_REPORT: {
        C.REGISTERED, C.NOT_ACCEPTED, C.ASSIGNED_DOWN, C.TRANSFERRED, C.ACCEPTED, C.ASSIGNED, C.DISPOSITION_PROPOSED,
        C.TALK_INQUIRY, C.PRELIMINARY_VERIFICATION, C.ON_HOLD, C.CASE_FILED, C.TRANSFERRED_TO_PARTY_ORG, C.CLOSED,
        C.ARCHIVED,
    },
}  # fmt: skip


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("state", list(S))
@pytest.mark.parametrize("status", list(C))
@pytest.mark.parametrize("is_told", [True, False])
def test_what_a_clock_becomes_as_its_clue_moves(kind: Kind, state: ClockState, status: Status, is_told: bool) -> None:
    concluded = status in {C.CLOSED, C.CASE_FILED, C.TRANSFERRED_TO_PARTY_ORG}
    if state in {S.OPEN, S.PAUSED}:
        met = is_told and concluded and kind is Kind.INSPECTION_REPORT
        expected = S.MET if met else state if status in WAITS[kind] else S.CANCELLED
    elif state is S.CANCELLED and kind is Kind.INSPECTION_REPORT and status in WAITS[kind]:
        expected = S.OPEN
    else:
        expected = state
    assert follow(kind, state, status, is_told=is_told) is expected


class _Clock:
    commission, unit = "cdi", "inv"


OFFICE = Viewer("a", frozenset({"case_supervisor"}), "cmo", "cdi", office_of="cdi", units=frozenset({"cmo"}))
INTAKE = Viewer("b", frozenset({"intake_officer"}), "pet", "cdi", office_of="cdi", units=frozenset({"pet"}))
LEADER = Viewer("c", frozenset({"principal_leader"}), "cdi", "cdi", leads="cdi", units=frozenset({"cdi"}))
HANDLER = Viewer("d", frozenset({"handler"}), "inv", "cdi", units=frozenset({"inv"}))
OTHER = Viewer("e", frozenset({"handler"}), "inv2", "cdi", units=frozenset({"inv2"}))
SERVICE = Viewer("f", frozenset({"service"}), "inv", service="svc:x", units=frozenset({"inv"}))


@pytest.mark.parametrize(
    ("viewer", "parts", "moves"),
    [
        (OFFICE, {"office"}, {"meet", "extend", "pause", "cancel"}),
        (INTAKE, {"office"}, {"meet"}),
        (LEADER, {"leader"}, {"extend", "pause"}),
        (HANDLER, {"unit"}, {"meet"}),
        (OTHER, set(), set()),
        (SERVICE, set(), set()),
    ],
)
def test_who_may_do_what_with_a_clock_that_runs(viewer: Viewer, parts: set[str], moves: set[str]) -> None:
    clock: Any = _Clock()
    assert parts_in(viewer, clock) == parts
    assert set(allowed_to(MOVES, viewer, parts_in(viewer, clock), S.OPEN)) == moves
