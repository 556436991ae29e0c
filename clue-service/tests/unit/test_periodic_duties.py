"""The table of duties of every month or quarter, the calendar they follow, and who may."""

from datetime import date
from typing import Any

import pytest
from chassis.errors import MoveRefused
from clue_service.access.policy import Viewer
from clue_service.periodic_duties.domain import (
    ALLOWED,
    MOVES,
    RULE_OF_KIND,
    USUAL,
    DutyState,
    Every,
    Kind,
    Period,
    period_after,
    period_of,
)
from clue_service.periodic_duties.policy import parts_in
from clue_service.periodic_duties.schemas import BODIES
from clue_service.proceedings.domain import allowed_to

S = DutyState
REACHED: dict[DutyState, dict[str, DutyState | None]] = {
    S.OPEN: {"meet": S.MET, "stop": None},
    S.MET: {"stop": None},
    S.STOPPED: {},
}


@pytest.mark.parametrize("state", list(S))
@pytest.mark.parametrize("verb", sorted(BODIES))
def test_every_state_and_verb(state: DutyState, verb: str) -> None:
    if verb in REACHED[state]:
        assert MOVES.take(verb, state).target == REACHED[state][verb]
    else:
        with pytest.raises(MoveRefused):
            MOVES.take(verb, state)


def test_every_kind_has_a_rule_and_a_usual_period_and_every_move_a_payload() -> None:
    assert set(RULE_OF_KIND) == set(USUAL) == set(ALLOWED) == set(Kind)
    assert all(USUAL[kind] in ALLOWED[kind] for kind in Kind)
    assert set(BODIES) == set(MOVES.rows)


@pytest.mark.parametrize(
    ("every", "day", "first", "last"),
    [
        (Every.MONTH, "2024-02-10", "2024-02-01", "2024-02-29"),
        (Every.MONTH, "2026-02-28", "2026-02-01", "2026-02-28"),
        (Every.MONTH, "2026-12-31", "2026-12-01", "2026-12-31"),
        (Every.QUARTER, "2026-01-01", "2026-01-01", "2026-03-31"),
        (Every.QUARTER, "2026-05-31", "2026-04-01", "2026-06-30"),
        (Every.QUARTER, "2026-09-30", "2026-07-01", "2026-09-30"),
        (Every.QUARTER, "2026-11-23", "2026-10-01", "2026-12-31"),
    ],
)
def test_a_period_is_a_calendar_month_or_quarter(every: Every, day: str, first: str, last: str) -> None:
    period = Period(date.fromisoformat(first), date.fromisoformat(last))
    assert period_of(every, date.fromisoformat(day)) == period
    assert period_after(every, period.last).first.toordinal() == period.last.toordinal() + 1


class _Duty:
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
        (OFFICE, {"office"}, {"meet", "stop"}),
        (INTAKE, {"office"}, {"meet"}),
        (LEADER, {"leader"}, {"stop"}),
        (HANDLER, {"unit"}, set()),
        (OTHER, set(), set()),
        (SERVICE, set(), set()),
    ],
)
def test_who_may_do_what_with_a_duty_that_is_owed(viewer: Viewer, parts: set[str], moves: set[str]) -> None:
    duty: Any = _Duty()
    assert parts_in(viewer, duty) == parts
    assert set(allowed_to(MOVES, viewer, parts_in(viewer, duty), S.OPEN)) == moves
