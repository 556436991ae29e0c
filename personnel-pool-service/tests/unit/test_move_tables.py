"""Every state and verb of the two state machines: what is allowed, what is refused, where it leads."""

import pytest
from chassis.errors import MoveRefused
from personnel_pool_service.cadres import domain as cadres
from personnel_pool_service.secondments import domain as secondments
from personnel_pool_service.secondments.domain import SeatState, state_of_seats

LENDING_STATES = ("requested", "replacement_wanted", "approved", "active", "recalled", "ended", "evaluated")
LENDING = {
    "approve": {"requested", "replacement_wanted", "approved"},
    "refuse": {"requested", "replacement_wanted", "approved"},
    "replace": {"requested", "replacement_wanted", "approved"},
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
