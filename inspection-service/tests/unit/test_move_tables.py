from itertools import product

import pytest
from chassis.errors import MoveRefused
from chassis.moves import MoveTable
from inspection_service.briefings import domain as briefings
from inspection_service.findings import domain as findings
from inspection_service.rounds import domain as rounds
from inspection_service.teams import domain as teams

ROUND = {
    ("planned", "approve"): "approved",
    ("planned", "authorise"): "authorised",
    ("approved", "authorise"): "authorised",
    ("authorised", "brief"): "briefed",
    ("entered", "report"): "reporting",
    ("finding", "report"): "reporting",
    ("reporting", "decide"): "decided",
    ("decided", "feed-back"): "fed_back",
    ("fed_back", "rectify"): "rectifying",
    ("rectifying", "evaluate"): "evaluated",
    **{
        (state, "close"): "closed"
        for state in ("entered", "finding", "reporting", "decided", "fed_back", "rectifying", "evaluated")
    },
}
TEAM = {
    ("proposed", "submit"): "submitted",
    ("submitted", "authorise"): "authorised",
    ("proposed", "refuse"): "refused",
    ("submitted", "refuse"): "refused",
    ("authorised", "enter"): "entered",
    ("entered", "close"): "closed",
    **{(state, "replace"): "replaced" for state in ("proposed", "submitted", "authorised")},
}
FINDING = {
    ("recorded", "hand-over"): "handing_over",
    ("recorded", "refer"): "referred",
    ("recorded", "withdraw"): "withdrawn",
}
FINDING_CONSEQUENCE = {
    ("recorded", "clue-made"): "handed_over",
    ("handing_over", "clue-made"): "handed_over",
    ("handing_over", "clue-refused"): "recorded",
}
BRIEFING = {("asked", "acknowledge"): "acknowledged", ("asked", "withdraw"): "withdrawn"}
CONSEQUENCE = {
    ("planned", "authorise"): "authorised",
    ("approved", "authorise"): "authorised",
    ("planned", "enter"): "entered",
    ("approved", "enter"): "entered",
    ("authorised", "enter"): "entered",
    ("briefed", "enter"): "entered",
    ("authorised", "brief"): "briefed",
    ("entered", "find"): "finding",
    ("fed_back", "rectify"): "rectifying",
}
TABLES: list[tuple[MoveTable, list[str], dict[tuple[str, str], str]]] = [
    (rounds.MOVES, [str(state) for state in rounds.RoundState], ROUND),
    (rounds.CONSEQUENCES, [str(state) for state in rounds.RoundState], CONSEQUENCE),
    (teams.MOVES, [str(state) for state in teams.TeamState], TEAM),
    (findings.MOVES, [str(state) for state in findings.FindingState], FINDING),
    (findings.CONSEQUENCES, [str(state) for state in findings.FindingState], FINDING_CONSEQUENCE),
    (briefings.MOVES, [str(state) for state in briefings.BriefingState], BRIEFING),
]
PAIRS = [
    pytest.param(table, state, move.verb, allowed, id=f"{index}-{state}-{move.verb}")
    for index, (table, states, allowed) in enumerate(TABLES)
    for state, move in product(states, list(table))
]


@pytest.mark.parametrize(("table", "state", "verb", "allowed"), PAIRS)
def test_a_move_leaves_exactly_the_states_it_may_leave(
    table: MoveTable, state: str, verb: str, allowed: dict[tuple[str, str], str]
) -> None:
    target = allowed.get((state, verb))
    if target is not None:
        assert table.take(verb, state).target == target
        return
    with pytest.raises(MoveRefused) as refused:
        table.take(verb, state)
    assert refused.value.members["state"] == state
    assert verb not in refused.value.members["allowed_moves"]


def test_findings_are_written_only_while_the_team_is_at_its_unit() -> None:
    assert [state for state in teams.TeamState if teams.FINDING_MOVES.allowed(state)] == ["entered"]


def test_every_move_of_a_team_says_what_becomes_of_its_secondment() -> None:
    assert teams.SETTLE_SECONDMENT == {"enter": "activate", "close": "end", "refuse": "recall", "replace": "recall"}


@pytest.mark.parametrize(
    ("state", "consents"),
    [("requested", False), ("replacement_wanted", False), ("recalled", False), (None, False), ("approved", True),
     ("active", True)],
)  # fmt: skip
def test_consent_is_there_once_the_whole_secondment_is_approved(state: str | None, consents: bool) -> None:
    assert teams.has_consent(state) is consents


def test_the_homes_without_consent_are_named_once_and_sorted() -> None:
    seats = [("b", "requested"), ("a", "refused"), ("b", "requested"), ("c", "approved")]
    assert teams.homes_without_consent(seats) == ["a", "b"]
