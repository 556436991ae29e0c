"""Who is competent for what was handed over: objected to in time, answered, decided, by the clock if need be."""

import asyncio
from typing import Any

import pytest
from chassis.clock import FixedClock
from chassis.service import Resources
from chassis.testing.harness import Harness
from clue_service.jurisdiction_objections.service import follow_terms
from sqlalchemy import text

PATH = "/v1/jurisdiction-objections"
OBJECTOR, SENDER, SUPERIOR = "supervisor@cmo-xs", "supervisor@cmo-dh", "deputy@cdi-xn"


@pytest.fixture
def act(call: Any) -> Any:
    async def go(who: str, item: Any, verb: str, body: Any = None, expect: int = 200) -> Any:
        answer = await call(who, "POST", f"{PATH}/{item['id']}/{verb}", body)
        assert answer.status_code == expect, answer.text
        return answer.json()

    return go


@pytest.fixture
def hand_over(call: Any, register: Any, matter: Any) -> Any:
    """``await hand_over()`` → the sender's clue; dh hands over to xs, or as given."""

    async def do(sender: str = "dh", receiver: str = "xs", **changes: Any) -> Any:
        clue = await register(f"officer@pet-{sender}", matter[0], **changes)
        body = {"to_unit": f"cdi-{receiver}", "reason": "r", "approved_by": {"offline_ref": "批 1"}}
        answer = await call(f"supervisor@cmo-{sender}", "POST", f"/v1/clues/{clue['id']}/transfer", body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return do


@pytest.fixture
def objected(call: Any, hand_over: Any) -> Any:
    """``await objected()`` → the sender's clue and the objection."""

    async def do(**more: Any) -> Any:
        sent = await hand_over(**more)
        form = {"transfer_id": sent["transfer_id"], "reason": "理由䶮", "proposed_unit": "cdi-lh"}
        who = f"supervisor@cmo-{more.get('receiver', 'xs')}"
        answer = await call(who, "POST", PATH, form)
        assert answer.status_code == 201, answer.text
        return sent, answer.json()

    return do


async def drain(harness: Harness) -> None:
    while await harness.run_jobs():
        pass


async def test_the_sender_agrees_and_has_its_clue_again(objected: Any, act: Any, call: Any, harness: Harness) -> None:
    sent, item = await objected()
    assert (item["route"], item["superior"], item["due_at"]) == (
        "common_superior", "cdi-xn", "2026-11-30T15:59:59Z",
    )  # fmt: skip
    assert (item["my_parts"], item["allowed_moves"]) == (["objector"], ["withdraw"])
    done = await act(SENDER, item, "agree")
    assert (done["state"], done["competent_unit"], done["due_at"]) == ("accepted", "cdi-dh", None)
    await drain(harness)
    mine = (await call(SENDER, "GET", f"/v1/clues/{sent['id']}")).json()
    assert (mine["status"], mine["transfer_id"]) == ("registered", None)
    events = await harness.staged_events("clue.jurisdiction_objection")
    assert [one.type.split(".")[2] for one in events] == ["raised", "accepted"]
    assert "䶮" not in str([one.data for one in events])


async def test_the_common_superior_decides_for_the_receiver(
    objected: Any, act: Any, call: Any, harness: Harness
) -> None:
    sent, item = await objected()
    refused = await act(SUPERIOR, item, "decide", {"competent_unit": "cdi-xs", "reason": "r"}, expect=409)
    assert (refused["state"], set(refused["allowed_moves"])) == ("raised", {"agree", "contest", "withdraw"})
    await act(SENDER, item, "contest", {"reason": "r"})
    assert (await act(SENDER, item, "record-meeting", {"competent_unit": "cdi-xs", "reason": "r"}, expect=409))[
        "allowed_moves"
    ] == ["decide", "withdraw"]
    outside = await act(SUPERIOR, item, "decide", {"competent_unit": "pc-xn", "reason": "r"}, expect=422)
    assert outside["errors"][0]["code"] == "outside_area"
    decided = await act(SUPERIOR, item, "decide", {"competent_unit": "cdi-xs", "reason": "r"})
    assert (decided["state"], decided["competent_unit"]) == ("decided", "cdi-xs")
    path = f"/v1/clue-transfers/{sent['transfer_id']}"
    back = await call("officer@pet-xs", "POST", f"{path}/return", {"reason": "r"})
    assert (back.status_code, back.json()["allowed_moves"]) == (409, ["receive", "recall"])
    assert (await call("officer@pet-xs", "POST", f"{path}/receive")).status_code == 200
    again = await call(OBJECTOR, "POST", PATH, {"transfer_id": sent["transfer_id"], "reason": "r"})
    assert (again.status_code, again.json()["code"]) == (409, "objection_exists")


async def test_the_common_superior_decides_for_a_third_and_the_received_clue_goes_back(
    objected: Any, act: Any, call: Any, harness: Harness, hand_over: Any
) -> None:
    sent = await hand_over()
    received = await call("officer@pet-xs", "POST", f"/v1/clue-transfers/{sent['transfer_id']}/receive")
    answer = await call(OBJECTOR, "POST", PATH, {"transfer_id": sent["transfer_id"], "reason": "r"})
    item = answer.json()
    await act(SENDER, item, "contest", {"reason": "r"})
    await act(SUPERIOR, item, "decide", {"competent_unit": "inv1-lh", "reason": "r"})
    await drain(harness)
    theirs = (await call(OBJECTOR, "GET", f"/v1/clues/{received.json()['clue_id']}")).json()
    mine = (await call(SENDER, "GET", f"/v1/clues/{sent['id']}")).json()
    assert (theirs["status"], mine["status"]) == ("forwarded", "registered")
    decided = (await call(SENDER, "GET", f"{PATH}/{item['id']}")).json()
    assert decided["competent_unit"] == "cdi-lh", "people forward it there"


async def test_what_is_handled_already_does_not_go_back(objected: Any, act: Any, call: Any, hand_over: Any) -> None:
    sent = await hand_over()
    received = await call("officer@pet-xs", "POST", f"/v1/clue-transfers/{sent['transfer_id']}/receive")
    form = {"transfer_id": sent["transfer_id"], "reason": "r"}
    item = (await call(OBJECTOR, "POST", PATH, form)).json()
    await call(OBJECTOR, "POST", f"/v1/clues/{received.json()['clue_id']}/accept")
    assert (await act(SENDER, item, "agree", expect=409))["state"] == "accepted"


async def test_an_objection_is_raised_within_five_working_days(hand_over: Any, call: Any, clock: FixedClock) -> None:
    sent = await hand_over()
    form = {"transfer_id": sent["transfer_id"], "reason": "r"}
    clock.advance(days=8)
    late = await call(OBJECTOR, "POST", PATH, form)
    assert (late.status_code, late.json()["code"]) == (422, "objection_too_late")
    assert late.json()["objectable_until"] == "2026-11-30"
    clock.advance(days=-1)
    assert (await call(OBJECTOR, "POST", PATH, form)).status_code == 201, "the last day counts"


async def test_terms_pass_to_who_decides_and_then_escalate(
    objected: Any, call: Any, act: Any, clock: FixedClock, resources: Resources, harness: Harness
) -> None:
    _, item = await objected()
    await follow_terms(resources)
    assert (await call(SENDER, "GET", f"{PATH}/{item['id']}")).json()["state"] == "raised"
    clock.advance(days=8)
    await asyncio.gather(*(follow_terms(resources) for _ in range(4)))
    waiting = (await call(SUPERIOR, "GET", f"{PATH}/{item['id']}")).json()
    assert (waiting["state"], waiting["due_at"], waiting["allowed_moves"]) == (
        "submitted", "2026-12-08T15:59:59Z", ["decide"],
    )  # fmt: skip
    clock.advance(days=8)
    await asyncio.gather(*(follow_terms(resources) for _ in range(4)))
    assert (await call(SUPERIOR, "GET", f"{PATH}/{item['id']}")).json()["state"] == "escalated"
    await act(SUPERIOR, item, "decide", {"competent_unit": "cdi-dh", "reason": "r"})
    types = [one.type.split(".")[2] for one in await harness.staged_events("clue.jurisdiction_objection")]
    assert types == ["raised", "submitted", "escalated", "decided"]


async def test_without_a_common_superior_a_joint_meeting_decides(
    objected: Any, act: Any, harness: Harness, call: Any
) -> None:
    sent, item = await objected(sender="xn", receiver="dh")
    assert (item["route"], item["superior"]) == ("joint_meeting", None)
    sender, objector = "supervisor@cmo-xn", "supervisor@cmo-dh"
    submitted = await act(sender, item, "contest", {"reason": "r"})
    assert set(submitted["allowed_moves"]) == {"record-meeting"}
    outcome = {"competent_unit": "cdi-dh", "reason": "r"}
    await act(sender, item, "record-meeting", outcome)
    assert (await act(sender, item, "confirm-meeting", expect=403))["code"] == "other_side_confirms"
    disputed = await act(objector, item, "dispute-meeting", {"reason": "r"})
    assert (disputed["state"], disputed["competent_unit"]) == ("submitted", None)
    await act(objector, item, "record-meeting", {**outcome, "competent_unit": "cdi-xn"})
    assert (await act(sender, item, "confirm-meeting"))["state"] == "decided"
    await drain(harness)
    assert (await call(sender, "GET", f"/v1/clues/{sent['id']}")).json()["status"] == "registered"


async def test_only_those_with_a_part_see_it(objected: Any, call: Any, resources: Resources, harness: Harness) -> None:
    sent, item = await objected()
    for who in ("supervisor@cmo-lh", "handler@inv1-xs", "auditor@cdi-xn", "service@cdi-xn"):
        assert (await call(who, "GET", f"{PATH}/{item['id']}")).status_code == 404
        assert (await call(who, "GET", PATH)).json()["items"] == []
    recusal = {"sub": SENDER, "basis": "decided"}
    recorded = await call("supervisor2@cmo-dh", "POST", f"/v1/clues/{sent['id']}/recusals", recusal)
    assert recorded.status_code == 201, recorded.text
    assert (await call(SENDER, "GET", f"{PATH}/{item['id']}")).status_code == 404, "recused from the clue"
    assert (await call("supervisor2@cmo-dh", "GET", f"{PATH}/{item['id']}")).status_code == 200
    async with resources.database.sessions() as session:
        assert await session.scalar(text("select count(*) from jurisdiction_objection")) == 0


async def test_of_ten_objections_at_once_one_is_raised_and_answers_exclude_each_other(
    hand_over: Any, call: Any, act: Any
) -> None:
    sent = await hand_over()
    form = {"transfer_id": sent["transfer_id"], "reason": "r"}
    raised = await asyncio.gather(*(call(f"supervisor{n}@cmo-xs", "POST", PATH, form) for n in range(10)))
    assert sorted(answer.status_code for answer in raised) == [201] + [409] * 9
    (item,) = (await call(OBJECTOR, "GET", PATH)).json()["items"]
    answers = await asyncio.gather(
        call(SENDER, "POST", f"{PATH}/{item['id']}/agree"),
        call("leader@cdi-dh", "POST", f"{PATH}/{item['id']}/contest", {"reason": "r"}),
        call(OBJECTOR, "POST", f"{PATH}/{item['id']}/withdraw", {"reason": "r"}),
    )
    codes = sorted(answer.status_code for answer in answers)
    # An objection that is contested first can still be withdrawn.
    assert codes in ([200, 409, 409], [200, 200, 409])
