"""The tables of advice and of supervised handling: every pair of state and verb, and who may."""

from typing import Any

import pytest
from chassis.errors import MoveRefused
from clue_service.access.policy import Viewer
from clue_service.advice import domain as advice
from clue_service.advice.domain import AdviceState as A
from clue_service.advice.schemas import BODIES as ADVICE_BODIES
from clue_service.proceedings.domain import may_take
from clue_service.supervised_handlings import domain as orders
from clue_service.supervised_handlings.domain import OrderState as O
from clue_service.supervised_handlings.schemas import BODIES as ORDER_BODIES

ADVICE: dict[A, set[str]] = {
    A.DRAFTED: {"consult", "approve", "reject", "withdraw"},
    A.CONSULTED: {"approve", "reject", "withdraw"},
    A.APPROVED: {"serve", "withdraw"},
    A.SERVED: {"acknowledge", "plan", "reply", "extend", "follow-up"},
    A.ACKNOWLEDGED: {"plan", "reply", "extend", "follow-up"},
    A.RECTIFYING: {"reply", "extend", "follow-up", "reissue"},
    A.REPLIED: {"review", "follow-up"},
    A.REVIEWED: {"close", "follow-up", "reissue"},
    A.CLOSED: {"follow-up", "look-back", "reissue"},
    A.REISSUED: set(),
    A.WITHDRAWN: set(),
}
ORDERS: dict[O, set[str]] = {
    O.PROPOSED: {"approve", "reject", "withdraw"},
    O.APPROVED: {"issue", "withdraw"},
    O.REJECTED: set(),
    O.ISSUED: {"acknowledge", "press", "extend", "report", "escalate"},
    O.ACKNOWLEDGED: {"note-progress", "press", "extend", "report", "escalate"},
    O.IN_PROGRESS: {"note-progress", "press", "extend", "report", "escalate"},
    O.REPORTED: {"review"},
    O.REVIEWED: {"close"},
    O.ESCALATED: {"press", "extend", "report"},
    O.CLOSED: set(),
    O.WITHDRAWN: set(),
}
CASES = [
    *((advice.MOVES, state, verb, ADVICE[state]) for state in A for verb in ADVICE_BODIES),
    *((orders.MOVES, state, verb, ORDERS[state]) for state in O for verb in ORDER_BODIES),
]


@pytest.mark.parametrize(("table", "state", "verb", "allowed"), CASES)
def test_a_state_allows_exactly_its_verbs(table: Any, state: str, verb: str, allowed: set[str]) -> None:
    if verb in allowed:
        assert table.take(verb, state).verb == verb
        return
    with pytest.raises(MoveRefused) as refused:
        table.take(verb, state)
    assert set(refused.value.members["allowed_moves"]) == allowed


def test_every_move_has_a_body_and_every_body_a_move() -> None:
    assert set(ADVICE_BODIES) == {row.verb for row in advice.MOVE_ROWS}
    assert set(ORDER_BODIES) == {row.verb for row in orders.MOVE_ROWS}


WHO: list[tuple[Any, str, set[str]]] = [
    (
        advice.MOVES,
        "issuer",
        {"consult", "withdraw", "serve", "acknowledge", "plan", "reply", "review", "follow-up", "close", "look-back",
         "reissue"},
    ),
    (advice.MOVES, "approver", {"approve", "reject", "withdraw", "extend"}),
    (advice.MOVES, "addressee", {"acknowledge", "plan", "reply"}),
    (advice.MOVES, "watcher", set()),
    (orders.MOVES, "orderer", {"withdraw", "issue", "press", "review", "escalate", "close"}),
    (orders.MOVES, "approver", {"approve", "reject", "extend", "escalate"}),
    (orders.MOVES, "target", {"acknowledge", "note-progress", "report"}),
    (orders.MOVES, "superior", set()),
]  # fmt: skip


@pytest.mark.parametrize(("table", "part", "verbs"), WHO)
def test_a_part_may_take_exactly_its_moves(table: Any, part: str, verbs: set[str]) -> None:
    leader = Viewer("x", frozenset({"leader"}))
    assert {verb for verb, row in table.rows.items() if may_take(leader, {part}, row)} == verbs
