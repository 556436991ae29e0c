from collections.abc import Mapping
from datetime import date
from itertools import product

import pytest
from chassis.errors import MoveRefused
from chassis.moves import MoveTable
from inspection_service.briefings import domain as briefings
from inspection_service.coordination_reports import domain as reports
from inspection_service.dossiers import domain as dossiers
from inspection_service.feedbacks import domain as feedbacks
from inspection_service.findings import domain as findings
from inspection_service.joint_case_teams import domain as joint
from inspection_service.rectifications import domain as rectifications
from inspection_service.replacement_plans import domain as replacements
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
OWED = ("assigned", "planned", "in_progress", "returned")
ITEM = {
    ("assigned", "plan"): "planned",
    ("returned", "plan"): "planned",
    ("planned", "start"): "in_progress",
    **{(state, "submit"): "submitted" for state in OWED},
    ("submitted", "verify"): "verified",
    ("submitted", "return"): "returned",
    ("verified", "return"): "returned",
    ("verified", "sign-off"): "signed_off",
    **{(state, "postpone"): "long_term" for state in (*OWED, "submitted")},
    ("long_term", "resume"): "in_progress",
    **{(state, "extend"): None for state in (*OWED, "long_term")},
    **{(state, "mark-falsely-reported"): "falsely_reported" for state in ("submitted", "verified", "signed_off")},
    ("signed_off", "reopen"): "assigned",
    ("falsely_reported", "reopen"): "assigned",
}
JOINT = {
    ("proposed", "approve"): "approved",
    ("approved", "activate"): "active",
    ("active", "wind-up"): "wound_up",
    ("wound_up", "evaluate"): "evaluated",
    ("proposed", "give-up"): "given_up",
    ("approved", "give-up"): "given_up",
}
DOSSIER = {("compiling", "freeze"): "frozen", ("compiling", "fail"): "failed"}
FEEDBACK = {("issued", "acknowledge"): "acknowledged"}
TEAM = {
    ("proposed", "submit"): "submitted",
    ("submitted", "authorise"): "authorised",
    ("proposed", "refuse"): "refused",
    ("submitted", "refuse"): "refused",
    ("authorised", "enter"): "entered",
    ("entered", "close"): "closed",
    **{(state, "replace"): "replaced" for state in ("proposed", "submitted", "authorised")},
}
TEAM_CONSEQUENCE = {("proposed", "lapse"): "refused", ("submitted", "lapse"): "refused"}
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
REPORT = {
    ("drafting", "contribute"): None,
    ("drafting", "collect"): "collected",
    ("collected", "review"): "reviewed",
    ("reviewed", "hear"): "heard",
    ("heard", "issue-decisions"): "decisions_issued",
    ("decisions_issued", "track"): "tracked",
}
PLAN = {("open", "carry-out"): "carrying_out", ("open", "dismiss"): "dismissed", ("open", "authorise"): None}
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
TABLES: list[tuple[MoveTable, list[str], Mapping[tuple[str, str], str | None]]] = [
    (rounds.MOVES, [str(state) for state in rounds.RoundState], ROUND),
    (rounds.CONSEQUENCES, [str(state) for state in rounds.RoundState], CONSEQUENCE),
    (teams.MOVES, [str(state) for state in teams.TeamState], TEAM),
    (teams.CONSEQUENCES, [str(state) for state in teams.TeamState], TEAM_CONSEQUENCE),
    (findings.MOVES, [str(state) for state in findings.FindingState], FINDING),
    (findings.CONSEQUENCES, [str(state) for state in findings.FindingState], FINDING_CONSEQUENCE),
    (rectifications.MOVES, [str(state) for state in rectifications.ItemState], ITEM),
    (joint.MOVES, [str(state) for state in joint.JointState], JOINT),
    (dossiers.MOVES, [str(state) for state in dossiers.DossierState], DOSSIER),
    (feedbacks.MOVES, [str(state) for state in feedbacks.FeedbackState], FEEDBACK),
    (replacements.MOVES, [str(state) for state in replacements.PlanState], PLAN),
    (reports.MOVES, [str(state) for state in reports.ReportState], REPORT),
    (briefings.MOVES, [str(state) for state in briefings.BriefingState], BRIEFING),
]
PAIRS = [
    pytest.param(table, state, move.verb, allowed, id=f"{index}-{state}-{move.verb}")
    for index, (table, states, allowed) in enumerate(TABLES)
    for state, move in product(states, list(table))
]


@pytest.mark.parametrize(("table", "state", "verb", "allowed"), PAIRS)
def test_a_move_leaves_exactly_the_states_it_may_leave(
    table: MoveTable, state: str, verb: str, allowed: Mapping[tuple[str, str], str | None]
) -> None:
    if (state, verb) in allowed:
        assert table.take(verb, state).target == allowed[(state, verb)]
        return
    with pytest.raises(MoveRefused) as refused:
        table.take(verb, state)
    assert refused.value.members["state"] == state
    assert verb not in refused.value.members["allowed_moves"]


def test_findings_are_written_only_while_the_team_is_at_its_unit() -> None:
    assert [state for state in teams.TeamState if teams.FINDING_MOVES.allowed(state)] == ["entered"]


def test_every_move_of_a_team_says_what_becomes_of_its_secondment() -> None:
    assert teams.SETTLE_SECONDMENT == {
        "enter": "activate",
        "close": "end",
        "refuse": "recall",
        "replace": "recall",
        "lapse": "recall",
    }


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


def test_every_move_of_an_item_has_a_side_and_the_unit_never_checks_itself() -> None:
    assert set(rectifications.SIDES) == {move.verb for move in rectifications.MOVES}
    by_unit = {verb for verb, sides in rectifications.SIDES.items() if rectifications.Side.UNIT in sides}
    assert by_unit == {"plan", "start", "submit", "resume"}


@pytest.mark.parametrize(
    ("state", "role", "needed"),
    [("proposed", "leader", False), ("submitted", "deputy_leader", False), ("authorised", "leader", True),
     ("entered", "deputy_leader", True), ("entered", "member", False), ("authorised", "liaison", False)],
)  # fmt: skip
def test_a_leader_agrees_where_an_authorisation_names_who_leaves(state: str, role: str, needed: bool) -> None:
    option = {"changes": [{"role": "member"}, {"role": role}]}
    assert replacements.needs_authorisation(option, state) is needed


@pytest.mark.parametrize("state", [str(state) for state in teams.TeamState])
def test_whoever_joins_a_team_at_its_unit_comes_the_next_day(state: str) -> None:
    found = replacements.first_day_of_newcomers(state, date(2026, 12, 31))
    assert found == (date(2027, 1, 1) if state == "entered" else None)
