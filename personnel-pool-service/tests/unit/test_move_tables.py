"""Every state and verb of the two state machines: what is allowed, what is refused, where it leads."""

from datetime import date

import pytest
from chassis.errors import MoveRefused
from personnel_pool_service.bookings.domain import Period
from personnel_pool_service.cadres import domain as cadres
from personnel_pool_service.secondments import domain as secondments
from personnel_pool_service.secondments.domain import SeatState, days_of_newcomers, state_after, state_of_seats

LENDING_STATES = ("requested", "replacement_wanted", "approved", "active", "recalled", "ended", "evaluated")
LENDING = {
    "approve": {"requested", "replacement_wanted", "approved", "active"},
    "refuse": {"requested", "replacement_wanted", "approved", "active"},
    "replace": {"requested", "replacement_wanted", "approved", "active"},
    "activate": {"approved"},
    "recall": {"requested", "replacement_wanted", "approved", "active"},
    "extend": {"approved", "active"},
    "end": {"active"},
    "evaluate": {"ended"},
}
CADRE_STATES = ("nominated", "active", "suspended", "exited")
CADRE = {
    "admit": {"nominated"},
    "decline": {"nominated"},
    "suspend": {"active"},
    "resume": {"suspended"},
    "exit": {"active", "suspended"},
}


@pytest.mark.parametrize("state", LENDING_STATES)
@pytest.mark.parametrize("verb", LENDING)
def test_a_secondment_moves_only_as_its_table_says(state: str, verb: str) -> None:
    if state in LENDING[verb]:
        assert secondments.MOVES.take(verb, state).verb == verb
    else:
        with pytest.raises(MoveRefused) as refused:
            secondments.MOVES.take(verb, state)
        assert refused.value.members == {"state": state, "allowed_moves": secondments.MOVES.allowed(state)}


@pytest.mark.parametrize("state", CADRE_STATES)
@pytest.mark.parametrize("verb", CADRE)
def test_a_cadre_moves_only_as_its_table_says(state: str, verb: str) -> None:
    if state in CADRE[verb]:
        assert cadres.MOVES.take(verb, state).target in CADRE_STATES
    else:
        with pytest.raises(MoveRefused):
            cadres.MOVES.take(verb, state)


def test_the_tables_hold_no_other_verbs() -> None:
    assert {move.verb for move in secondments.MOVES} == set(LENDING)
    assert {move.verb for move in cadres.MOVES} == set(CADRE)


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        (["approved", "approved"], "approved"),
        (["approved", "requested"], "requested"),
        (["approved", "refused", "requested"], "replacement_wanted"),
        (["recalled", "approved"], "replacement_wanted"),
        (["replaced", "requested"], "requested"),
        (["replaced", "approved"], "approved"),
    ],
)
def test_the_least_advanced_seat_decides(states: list[str], expected: str) -> None:
    assert state_of_seats(SeatState(state) for state in states) == expected


@pytest.mark.parametrize(
    ("status", "states", "expected"),
    [
        ("approved", ["approved", "refused"], "replacement_wanted"),
        ("replacement_wanted", ["approved", "replaced", "requested"], "requested"),
        ("active", ["active", "recalled"], "active"),
        ("active", ["active", "replaced", "requested"], "active"),
        ("active", ["recalled", "requested"], "active"),
        ("active", ["recalled", "refused", "replaced"], "active"),
    ],
)
def test_a_posting_that_has_begun_goes_on_also_while_its_seats_wait_for_others(
    status: str, states: list[str], expected: str
) -> None:
    assert state_after(status, [SeatState(state) for state in states]) == expected


@pytest.mark.parametrize(
    ("status", "today", "first"),
    [
        ("requested", date(2026, 12, 5), date(2026, 12, 1)),
        ("approved", date(2026, 12, 5), date(2026, 12, 1)),
        ("active", date(2026, 11, 20), date(2026, 12, 1)),
        ("active", date(2026, 12, 5), date(2026, 12, 6)),
        ("active", date(2026, 12, 13), date(2026, 12, 14)),
        ("active", date(2026, 12, 14), None),
    ],
)
def test_who_joins_a_running_posting_is_taken_from_the_next_day(status: str, today: date, first: date | None) -> None:
    period = Period(date(2026, 12, 1), date(2026, 12, 14))
    found = days_of_newcomers(status, period, today)
    assert found == (None if first is None else Period(first, period.last))
