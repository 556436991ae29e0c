"""The moves of overlap alerts: every pair of state and verb."""

import pytest
from chassis.errors import MoveRefused
from clue_service.overlap_alerts.domain import MOVES, AlertState

A = AlertState
ALLOWED: dict[AlertState, list[str]] = {
    A.DETECTED: ["acknowledge", "resolve", "adopt-conclusion"],
    A.ACKNOWLEDGED: ["acknowledge", "resolve", "adopt-conclusion"],
    A.RESOLVED: ["acknowledge"],
    A.MERGED: [],
}


@pytest.mark.parametrize("state", list(AlertState))
@pytest.mark.parametrize("verb", ["acknowledge", "resolve", "adopt-conclusion"])
def test_a_state_allows_exactly_its_verbs(state: AlertState, verb: str) -> None:
    if verb in ALLOWED[state]:
        assert MOVES.take(verb, state).verb == verb
        return
    with pytest.raises(MoveRefused) as refused:
        MOVES.take(verb, state)
    assert refused.value.members == {"state": state, "allowed_moves": ALLOWED[state]}
