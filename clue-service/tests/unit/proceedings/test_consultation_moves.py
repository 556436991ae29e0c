"""The table of a consultation's moves: every pair of state and verb, every part, when opinions open."""

import pytest
from chassis.errors import MoveRefused
from clue_service.access.policy import Viewer
from clue_service.consultations import domain
from clue_service.consultations.domain import ActionState, ConsultationState, Part
from clue_service.consultations.schemas import BODIES
from clue_service.proceedings.domain import may_take

S = ConsultationState
ALLOWED: dict[ConsultationState, set[str]] = {
    S.DRAFT: {"submit", "invite", "recuse", "cancel"},
    S.SUBMITTED: {"approve", "reject", "recuse", "cancel"},
    S.APPROVED: {"schedule", "invite", "recuse", "cancel"},
    S.SCHEDULED: {"schedule", "invite", "recuse", "give-opinion", "hold", "cancel"},
    S.HELD: {"sign-minutes", "dissent", "recuse"},
    S.MINUTES_SIGNED: {"conclude", "dissent", "recuse"},
    S.CONCLUDED: {"approve-conclusion", "reject-conclusion", "dissent", "recuse"},
    S.TRACKING: {"close", "dissent", "recuse"},
    S.CLOSED: set(),
    S.CANCELLED: set(),
}
VERBS = [row.verb for row in domain.MOVE_ROWS]


@pytest.mark.parametrize("state", list(S))
@pytest.mark.parametrize("verb", VERBS)
def test_a_state_allows_exactly_its_verbs(state: ConsultationState, verb: str) -> None:
    if verb in ALLOWED[state]:
        assert domain.MOVES.take(verb, state).verb == verb
        return
    with pytest.raises(MoveRefused) as refused:
        domain.MOVES.take(verb, state)
    assert refused.value.members["state"] == state
    assert set(refused.value.members["allowed_moves"]) == ALLOWED[state]


def test_every_move_has_a_body_and_every_body_a_move() -> None:
    assert set(BODIES) == set(VERBS)


WHO = {
    Part.CONVENER: {"submit", "schedule", "invite", "recuse", "hold", "conclude", "close", "cancel"},
    Part.PARTICIPANT: {"give-opinion", "sign-minutes", "dissent", "recuse"},
    Part.APPROVER: {"approve", "reject", "approve-conclusion", "reject-conclusion", "recuse", "cancel"},
}


@pytest.mark.parametrize("part", list(Part))
def test_a_part_may_take_exactly_its_moves(part: Part) -> None:
    leader = Viewer("x", frozenset({"leader"}))
    assert {verb for verb in VERBS if may_take(leader, {part}, domain.MOVES.rows[verb])} == WHO[part]


def test_only_leaders_approve() -> None:
    handler = Viewer("x", frozenset({"handler"}))
    approved = {verb for verb in VERBS if may_take(handler, set(Part), domain.MOVES.rows[verb])}
    assert approved == set(VERBS) - {"approve", "reject", "approve-conclusion", "reject-conclusion"}


@pytest.mark.parametrize("state", list(ActionState))
def test_only_an_open_task_is_settled(state: ActionState) -> None:
    expected = ["complete", "withdraw"] if state is ActionState.OPEN else []
    assert domain.TASK_MOVES.allowed(state) == expected


@pytest.mark.parametrize(
    ("opening", "given", "opens"),
    [("all", 3, False), ("all", 4, True), ("quorum", 1, False), ("quorum", 2, True), ("quorum", 4, True)],
)
def test_opinions_open_with_all_or_with_a_quorum(opening: str, given: int, opens: bool) -> None:
    assert domain.opens_with(opening, given, participants=4, quorum=2) is opens


def test_a_quorum_is_of_those_who_take_part() -> None:
    assert domain.has_quorum(["a", "b"], ["a", "b", "c"], 2)
    assert not domain.has_quorum(["a", "z", "y"], ["a", "b", "c"], 2)
    assert not domain.has_quorum(["a", "a"], ["a", "b", "c"], 2)
