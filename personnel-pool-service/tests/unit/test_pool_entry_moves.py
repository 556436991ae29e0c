"""Every state and verb of pool entries: what is allowed, what is refused, who may."""

import pytest
from chassis.errors import MoveRefused
from personnel_pool_service.pool_entries.domain import IN_FORCE, MOVES, STATES, Candidate, is_plain

ALLOWED = {
    "withdraw": {"nominated", "checked", "look_needed"},
    "check": {"nominated"},
    "look": {"look_needed"},
    "admit": {"checked"},
    "reject": {"nominated", "checked", "look_needed"},
    "suspend": {"active", "review_proposed"},
    "resume": {"suspended"},
    "propose-review": {"active"},
    "conclude-review": {"review_proposed"},
    "return-review": {"review_proposed"},
    "propose-exit": {"active", "suspended"},
    "confirm-exit": {"exit_proposed"},
    "decline-exit": {"exit_proposed"},
    "remove": {"active", "suspended", "review_proposed", "exit_proposed"},
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("verb", ALLOWED)
def test_an_entry_moves_only_as_its_table_says(state: str, verb: str) -> None:
    if state in ALLOWED[verb]:
        target = MOVES.take(verb, state).target
        assert target is None or target in STATES
    else:
        with pytest.raises(MoveRefused) as refused:
            MOVES.take(verb, state)
        assert refused.value.members == {"state": state, "allowed_moves": MOVES.allowed(state)}


def test_the_table_holds_no_other_verbs_and_every_verb_has_roles() -> None:
    assert {move.verb for move in MOVES} == set(ALLOWED)
    assert all(move.roles for move in MOVES)


def test_what_has_ended_moves_no_more_and_what_is_in_force_can_always_be_suspended() -> None:
    for state in ("exited", "rejected", "withdrawn"):
        assert MOVES.allowed(state) == []
    for state in IN_FORCE:
        assert "suspend" in MOVES.allowed(state)


GOOD = Candidate(rank="section_chief", party_member=True)


@pytest.mark.parametrize(
    ("kind", "candidate", "plain"),
    [
        ("case", GOOD, True),
        ("case", Candidate("clerk", party_member=False), False),
        ("expert", Candidate("clerk", party_member=False), True),
        ("inspection_leader", Candidate("clerk", party_member=True), False),
        ("inspection_member", Candidate("clerk", party_member=True), True),
        ("case", Candidate("clerk", party_member=True, flags=["overlapping_history"]), False),
        ("case", Candidate("clerk", party_member=True, has_poor_appraisal=True), False),
    ],
)
def test_a_doubt_asks_for_a_closer_look(kind: str, candidate: Candidate, *, plain: bool) -> None:
    assert is_plain(kind, candidate) is plain
