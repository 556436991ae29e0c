"""Consultations between West Hill and East Lake, convened by the city."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

Document = dict[str, Any]
Act = Callable[..., Awaitable[Document]]

CONVENER = "supervisor@cmo-xn"
APPROVER = "principal@cdi-xn"
EAST = "supervisor@cmo-dh"
WEST = "supervisor@cmo-xs"
FORM: Document = {
    "kind": "important_clue",
    "topic": "会商议题䶮一",
    "participants": [{"unit": "cdi-dh"}, {"unit": "cdi-xs"}],
}
DUE = {"opinions_due_on": "2026-11-30"}
HELD = {"held_on": "2026-11-23", "attended": ["cdi-dh", "cdi-xs"], "minutes": "纪要䶮二"}


@pytest.fixture
def act(call: Any) -> Act:
    """``await act(who, item, verb, body)`` → the item as answered; ``expect`` another status and get the problem."""

    async def go(who: str, item: Document, verb: str, body: Any = None, expect: int = 200, **more: Any) -> Document:
        answer = await call(who, "POST", f"/v1/consultations/{item['id']}/{verb}", body, **more)
        assert answer.status_code == expect, answer.text
        return dict(answer.json())

    return go


@pytest.fixture
def convened(call: Any, act: Act) -> Act:
    """``await convened("scheduled", **changes)`` → a consultation brought to that state."""

    async def make(to: str = "scheduled", **changes: Any) -> Document:
        answer = await call(CONVENER, "POST", "/v1/consultations", {**FORM, **changes})
        assert answer.status_code == 201, answer.text
        item = dict(answer.json())
        opinion = {"position": "agree", "text": "同意䶮三"}
        steps: list[tuple[str, str, str, Any]] = [
            ("submitted", CONVENER, "submit", None),
            ("approved", APPROVER, "approve", None),
            ("scheduled", CONVENER, "schedule", DUE),
            ("", EAST, "give-opinion", opinion),
            ("opened", WEST, "give-opinion", opinion),
            ("held", CONVENER, "hold", HELD),
            ("", EAST, "sign-minutes", None),
            ("minutes_signed", WEST, "sign-minutes", None),
        ]
        if to == "draft":
            return item
        for reached, who, verb, body in steps:
            item = await act(who, item, verb, body)
            if reached == to:
                return item
        raise AssertionError(to)

    return make
