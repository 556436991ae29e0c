"""Every state and verb of the state machines around lending: what is allowed, what is refused, where it leads."""

import pytest
from chassis.errors import MoveRefused
from chassis.moves import MoveTable
from personnel_pool_service.directed_supports import domain as directed
from personnel_pool_service.recusal_requests import domain as requests
from personnel_pool_service.recusal_unsealings import domain as unsealings
from personnel_pool_service.recusal_waivers import domain as waivers
from personnel_pool_service.support_requests import domain as support

TABLES: dict[str, tuple[MoveTable, dict[tuple[str, str], str]]] = {
    "support request": (
        support.MOVES,
        {
            ("draft", "submit"): "submitted",
            ("submitted", "review"): "reviewed",
            ("submitted", "reject"): "rejected",
            ("reviewed", "reject"): "rejected",
            ("reviewed", "place"): "placed",
            ("placed", "place"): "placed",
            ("placed", "complete"): "completed",
            ("draft", "withdraw"): "withdrawn",
            ("submitted", "withdraw"): "withdrawn",
            ("reviewed", "withdraw"): "withdrawn",
        },
    ),
    "directed support": (
        directed.MOVES,
        {
            ("requested", "triage"): "triaged",
            ("triaged", "approve"): "approved",
            ("requested", "reject"): "rejected",
            ("triaged", "reject"): "rejected",
            ("approved", "match"): "matched",
            ("matched", "start"): "active",
            ("active", "complete"): "completed",
            ("completed", "evaluate"): "evaluated",
            ("requested", "withdraw"): "withdrawn",
            ("triaged", "withdraw"): "withdrawn",
            ("approved", "withdraw"): "withdrawn",
            ("matched", "withdraw"): "withdrawn",
        },
    ),
    "recusal request": (
        requests.MOVES,
        {
            ("requested", "verify"): "verified",
            ("verified", "uphold"): "upheld",
            ("verified", "dismiss"): "dismissed",
            ("requested", "withdraw"): "withdrawn",
            ("verified", "withdraw"): "withdrawn",
        },
    ),
    "recusal waiver": (
        waivers.MOVES,
        {
            ("proposed", "grant"): "granted",
            ("proposed", "refuse"): "refused",
            ("proposed", "revoke"): "revoked",
            ("granted", "revoke"): "revoked",
        },
    ),
    "recusal unsealing": (
        unsealings.MOVES,
        {
            ("requested", "approve"): "approved",
            ("requested", "refuse"): "refused",
            ("requested", "close"): "closed",
            ("approved", "close"): "closed",
        },
    ),
}
PAIRS = [
    (name, state, verb)
    for name, (moves, expected) in TABLES.items()
    for state in sorted({state for state, _ in expected} | set(expected.values()))
    for verb in (move.verb for move in moves)
]


@pytest.mark.parametrize(("name", "state", "verb"), PAIRS)
def test_it_moves_only_as_its_table_says(name: str, state: str, verb: str) -> None:
    moves, expected = TABLES[name]
    if (state, verb) in expected:
        assert moves.take(verb, state).target == expected[state, verb]
    else:
        with pytest.raises(MoveRefused):
            moves.take(verb, state)


@pytest.mark.parametrize("name", TABLES)
def test_every_move_is_somebodys(name: str) -> None:
    assert all(move.roles for move in TABLES[name][0])


def test_private_grounds_have_one_code_and_none_is_waived() -> None:
    from personnel_pool_service.recusals.grounds import CODES, DUTY, HOME_UNIT, PERSONAL, TIES, WAIVABLE, TieKind

    assert set(TIES) == set(TieKind)
    assert {rule.code for kind, rule in TIES.items() if kind is not TieKind.OWN_INTEREST} == {PERSONAL}
    assert TIES[TieKind.OWN_INTEREST].code == DUTY
    assert set(CODES) - WAIVABLE == {PERSONAL, HOME_UNIT}
