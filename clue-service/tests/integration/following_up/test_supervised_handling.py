"""An order that presses a unit: approval, clock, reports given back, reminders, escalation, and who sees it."""

import asyncio
from typing import Any

import pytest

ORDERER, APPROVER, TARGET, OTHER = "supervisor@cmo-xn", "deputy@cdi-xn", "supervisor@cmo-dh", "handler@inv1-xs"
FORM: dict[str, Any] = {"trigger": "overdue", "method": "letter", "target_unit": "cdi-dh", "demand": "要求䶮"}
PATH = "/v1/supervised-handlings"


@pytest.fixture
def act(call: Any) -> Any:
    async def go(who: str, item: Any, verb: str, body: Any = None, expect: int = 200) -> Any:
        answer = await call(who, "POST", f"{PATH}/{item['id']}/{verb}", body)
        assert answer.status_code == expect, answer.text
        return answer.json()

    return go


@pytest.fixture
def order(call: Any, act: Any) -> Any:
    """``await order("issued")`` → an order brought to that state."""

    async def make(to: str = "issued", **changes: Any) -> Any:
        answer = await call(ORDERER, "POST", PATH, {**FORM, **changes})
        assert answer.status_code == 201, answer.text
        item = answer.json()
        for reached, who, verb, body in (
            ("approved", APPROVER, "approve", None),
            ("issued", ORDERER, "issue", {"due_on": "2026-12-07"}),
            ("acknowledged", TARGET, "acknowledge", None),
            ("reported", TARGET, "report", {"text": "结果䶮"}),
        ):
            item = await act(who, item, verb, body)
            if reached == to:
                return item
        raise AssertionError(to)

    return make


async def test_from_order_to_close(call: Any, act: Any, order: Any, harness: Any) -> None:
    item = await order("approved")
    assert (await call(TARGET, "GET", f"{PATH}/{item['id']}")).status_code == 404
    assert (await call(TARGET, "GET", PATH)).json()["items"] == []
    await act(ORDERER, item, "issue", {"due_on": "2026-12-07"})
    seen = (await call(TARGET, "GET", f"{PATH}/{item['id']}")).json()
    assert (seen["my_parts"], [step["verb"] for step in seen["steps"]]) == (["target"], ["issue"])
    await act(TARGET, item, "acknowledge")
    await act(TARGET, item, "note-progress", {"text": "t"})
    pressed = await act(ORDERER, item, "press", {"text": "t"})
    assert (pressed["state"], pressed["times_pressed"]) == ("in_progress", 1)
    await act(TARGET, item, "report", {"text": "t"})
    back = await act(ORDERER, item, "review", {"verdict": "returned", "comment": "c", "due_on": "2026-12-14"})
    assert (back["state"], back["times_returned"], back["reported_on"]) == ("in_progress", 1, None)
    await act(TARGET, item, "report", {"text": "t"})
    await act(ORDERER, item, "review", {"verdict": "satisfactory", "comment": "c"})
    assert (await act(ORDERER, item, "close"))["state"] == "closed"
    due = [event.data["due_at"] for event in await harness.staged_events("clue.supervised_handling.")]
    assert due == [
        None,
        None,
        *["2026-12-07T15:59:59Z"] * 3,
        None,
        "2026-12-14T15:59:59Z",
        None,
        None,
        None,
    ]
    assert "䶮" not in "".join(str(event.data) for event in await harness.staged_events())


async def test_a_proposer_does_not_approve_and_outsiders_see_nothing(call: Any, act: Any, order: Any) -> None:
    own = (await call("leader@cdi-xn", "POST", PATH, FORM)).json()
    assert (await act("leader@cdi-xn", own, "approve", expect=403))["code"] == "own_draft"
    item = await order()
    assert (await call(OTHER, "GET", f"{PATH}/{item['id']}")).status_code == 404
    await act(OTHER, item, "report", {"text": "t"}, expect=404)
    assert (await act(TARGET, item, "press", {"text": "t"}, expect=403))["code"] == "part_required"


async def test_a_commission_presses_below_itself_only(call: Any) -> None:
    for who, target in (("supervisor@cmo-dh", "cdi-xs"), ("supervisor@cmo-dh", "cdi-xn"), (ORDERER, "cmo-xn")):
        answer = await call(who, "POST", PATH, {**FORM, "target_unit": target})
        assert answer.status_code == 422, (who, target)
        assert answer.json()["errors"][0]["code"] == "not_below"


async def test_what_is_late_or_came_back_is_escalated_upwards_only(call: Any, act: Any, order: Any, clock: Any) -> None:
    item = await order(target_unit="inv1-dh")
    body = {"to_unit": "cdi-dh", "reason": "r"}
    assert (await act(ORDERER, item, "escalate", body, expect=409))["code"] == "nothing_to_escalate"
    clock.advance(days=15)
    assert (await call(ORDERER, "GET", f"{PATH}/{item['id']}")).json()["is_overdue"] is True
    wrong = await act(ORDERER, item, "escalate", {**body, "to_unit": "cdi-xs"}, expect=422)
    assert wrong["errors"][0]["code"] == "not_above"
    assert (await call("leader@cdi-dh", "GET", f"{PATH}/{item['id']}")).status_code == 404
    escalated = await act(ORDERER, item, "escalate", body)
    assert (escalated["state"], escalated["escalated_to"]) == ("escalated", "cdi-dh")
    assert (await call("leader@cdi-dh", "GET", f"{PATH}/{item['id']}")).json()["my_parts"] == ["superior"]
    assert (await act("handler@inv1-dh", item, "report", {"text": "t"}))["state"] == "reported"


async def test_a_silent_clue_is_not_pressed_for_outside(call: Any, register: Any) -> None:
    clue = await register("officer@pet-xn", overlap_policy="silent")
    answer = await call(ORDERER, "POST", PATH, {**FORM, "clue_id": clue["id"]})
    assert answer.json()["errors"][0]["code"] == "silent_clue"
    inside = await call(ORDERER, "POST", PATH, {**FORM, "clue_id": clue["id"], "target_unit": "inv1-xn"})
    assert inside.status_code == 201


async def test_one_report_of_many_at_once_counts(call: Any, order: Any, harness: Any) -> None:
    item = await order("acknowledged")
    path = f"{PATH}/{item['id']}/report"
    answers = await asyncio.gather(*(call(TARGET, "POST", path, {"text": "t"}) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409, 409]
    assert len(await harness.staged_events("clue.supervised_handling.reported")) == 1
