"""Clues that leave for another commission: received, sent back, taken back, their results coming home."""

import asyncio
from typing import Any

import pytest
from chassis.service import Resources
from chassis.testing.harness import Harness
from clue_service.access.row_security import engine_session
from sqlalchemy import text

DOWN = {"to_unit": "cdi-dh", "ground": "public_reaction", "reason": "r", "approved_by": {"offline_ref": "paper 3"}}
ACROSS = {"to_unit": "cdi-xs", "reason": "r", "legal_basis": "Art. 171", "approved_by": {"offline_ref": "批 1"}}
FORWARD = {"to_unit": "cmo-xs", "reason": "r"}
SENT = {"forward": FORWARD, "assign-down": DOWN, "transfer": ACROSS}


@pytest.fixture
def hand_over(call: Any, register: Any, matter: Any) -> Any:
    """``await hand_over("transfer")`` → the sender's clue after the move, and the receiver's key."""

    async def do(verb: str, **changes: Any) -> tuple[dict[str, Any], str]:
        clue = await register("officer@pet-xn", matter[0], **changes)
        answer = await call("supervisor@cmo-xn", "POST", f"/v1/clues/{clue['id']}/{verb}", SENT[verb])
        assert answer.status_code == 200, answer.text
        return answer.json(), "dh" if verb == "assign-down" else "xs"

    return do


@pytest.fixture
def receive(call: Any) -> Any:
    async def do(transfer_id: str, key: str) -> dict[str, Any]:
        path = f"/v1/clue-transfers/{transfer_id}"
        answer = await call(f"officer@pet-{key}", "POST", f"{path}/receive")
        assert answer.status_code == 200, answer.text
        return dict((await call(f"supervisor@cmo-{key}", "GET", f"/v1/clues/{answer.json()['clue_id']}")).json())

    return do


@pytest.mark.parametrize(
    ("verb", "status"), [("forward", "forwarded"), ("assign-down", "assigned_down"), ("transfer", "transferred")]
)
async def test_the_receiver_registers_a_clue_of_its_own(
    verb: str, status: str, hand_over: Any, receive: Any, call: Any, harness: Harness
) -> None:
    sent, key = await hand_over(verb, reporter={"identity_type": "real_name", "name": "匿", "contact": "1"})
    assert sent["status"] == status
    incoming = (await call(f"officer@pet-{key}", "GET", "/v1/clue-transfers?direction=incoming")).json()["items"]
    (waiting,) = incoming
    assert (waiting["id"], waiting["state"], waiting["clue_id"]) == (sent["transfer_id"], "sent", None)
    assert waiting["receipt_due_at"] == "2026-11-30T15:59:59Z"
    assert set(waiting["allowed_moves"]) == {"receive", "return"}
    received = await receive(sent["transfer_id"], key)
    assert received["clue_no"].startswith(f"cdi-{key}-2026-")
    assert (received["status"], received["origin_ref"]) == ("registered", f"transfer:{sent['transfer_id']}")
    told = ("subjects", "allegations", "summary", "received_on", "channel")
    drop = {"id", "resolved_unit"}
    for field in told:
        mine, theirs = (
            [{k: v for k, v in one.items() if k not in drop} for one in clue[field]]
            if isinstance(clue[field], list)
            else clue[field]
            for clue in (sent, received)
        )
        assert mine == theirs, field
    assert received["reporter"] is None, "the identity stays in the sender's vault"
    types = [event.type for event in await harness.staged_events("clue.transfer")]
    assert types == ["clue.transfer.sent.v1", "clue.transfer.received.v1"]
    outside = await call("officer@pet-lh", "GET", f"/v1/clue-transfers/{sent['transfer_id']}")
    assert outside.status_code == 404


async def test_the_same_letter_at_both_ends_is_no_overlap(hand_over: Any, receive: Any, harness: Harness) -> None:
    sent, key = await hand_over("transfer")
    await receive(sent["transfer_id"], key)
    assert await harness.run_jobs() == 1
    assert await harness.staged_events("clue.overlap_alert") == []


async def test_a_third_letter_meets_both_ends(
    hand_over: Any, receive: Any, register: Any, matter: Any, harness: Harness
) -> None:
    sent, key = await hand_over("transfer")
    await receive(sent["transfer_id"], key)
    await harness.run_jobs()
    clue = await register("officer@pet-lh", matter[2])
    assert [one["hit"]["unit"] for one in clue["candidates"]] == ["cdi-xn", "cdi-xs"]


async def test_the_result_comes_back(hand_over: Any, receive: Any, call: Any, bring: Any, harness: Harness) -> None:
    sent, key = await hand_over("assign-down", origin_ref="finding:77")
    assert (sent["due_rule"], sent["due_at"]) == ("assigned_down_report", "2027-02-23T15:59:59Z")
    path = f"/v1/clues/{sent['id']}"
    refused = await call("supervisor@cmo-xn", "POST", f"{path}/archive")
    assert (refused.status_code, refused.json()["code"]) == (409, "move_refused")
    received = await receive(sent["transfer_id"], key)
    assert received["due_at"] == sent["due_at"], "the lower body owes its report by then"
    await bring(received, "approved", method="preliminary_verification")
    body = {"outcome": "after_check", "note": "为查清", "approved_by": {"offline_ref": "批 1"}}
    done = await call("handler@inv1-dh", "POST", f"/v1/clues/{received['id']}/record-result", body)
    assert done.status_code == 200
    transfer = (await call("supervisor@cmo-xn", "GET", f"/v1/clue-transfers/{sent['transfer_id']}")).json()
    assert transfer["state"] == "reported"
    assert transfer["result"] == {
        "status": "closed", "closure": "after_check", "outcome": "after_check", "four_forms": None, "note": "为查清",
    }  # fmt: skip
    while await harness.run_jobs():
        pass
    sender = (await call("supervisor@cmo-xn", "GET", path)).json()
    assert (sender["status"], sender["due_at"]) == ("assigned_down", None)
    (event,) = await harness.staged_events("clue.clue.result_received")
    assert (event.data["outcome"], event.data["origin_ref"]) == ("after_check", "finding:77")
    assert (await call("supervisor@cmo-xn", "POST", f"{path}/archive")).json()["status"] == "archived"


async def test_a_result_travels_back_through_every_hand(
    hand_over: Any, receive: Any, call: Any, harness: Harness
) -> None:
    first, _ = await hand_over("transfer")
    second = await receive(first["transfer_id"], "xs")
    body = {**ACROSS, "to_unit": "cdi-lh"}
    onward = await call("supervisor@cmo-xs", "POST", f"/v1/clues/{second['id']}/transfer", body)
    third = await receive(onward.json()["transfer_id"], "lh")
    decline = {"ground": "litigation", "reason": "r"}
    assert (await call("officer@pet-lh", "POST", f"/v1/clues/{third['id']}/decline", decline)).status_code == 200
    while await harness.run_jobs():
        pass
    for who, transfer in (("cmo-xs", onward.json()["transfer_id"]), ("cmo-xn", first["transfer_id"])):
        seen = (await call(f"supervisor@{who}", "GET", f"/v1/clue-transfers/{transfer}")).json()
        assert (seen["state"], seen["result"]["status"]) == ("reported", "not_accepted")


async def test_another_result_comes_back_as_well(
    hand_over: Any, receive: Any, call: Any, bring: Any, harness: Harness
) -> None:
    sent, key = await hand_over("transfer")
    received = await receive(sent["transfer_id"], key)
    await bring(received, "approved", method="closed")
    while await harness.run_jobs():
        pass
    path, theirs = f"/v1/clue-transfers/{sent['transfer_id']}", f"/v1/clues/{received['id']}"
    again = {"reason": "新证据", "method": "preliminary_verification"}
    filed = {"outcome": "case_filed", "four_forms": 4, "approved_by": {"offline_ref": "批 1"}}
    for who, verb, body, told in (
        (f"supervisor@cmo-{key}", "reopen", again, ("closed", None)),
        (f"leader@cdi-{key}", "approve-disposition", {}, ("closed", None)),
        (f"handler@inv1-{key}", "record-result", filed, ("case_filed", 4)),
    ):
        answer = await call(who, "POST", f"{theirs}/{verb}", body)
        assert answer.status_code == 200, answer.text
        result = (await call("supervisor@cmo-xn", "GET", path)).json()["result"]
        assert (result["status"], result["four_forms"]) == told, verb
    while await harness.run_jobs():
        pass
    heard = [event.data["outcome"] for event in await harness.staged_events("clue.clue.result_received")]
    assert heard == ["closed", "case_filed"]


async def test_the_sender_does_not_wait_for_what_went_on_or_was_sealed(
    hand_over: Any, receive: Any, call: Any, harness: Harness
) -> None:
    for verb, told in (("forward", "forwarded"), ("seal", "sealed")):
        sent, key = await hand_over("transfer", origin_ref=f"w:{verb}")
        received = await receive(sent["transfer_id"], key)
        body = {"to_unit": "cdi-lh", "reason": "r"} if verb == "forward" else {"reason": "r"}
        for who in (f"supervisor@cmo-{key}", f"supervisor2@cmo-{key}")[: 2 if verb == "seal" else 1]:
            answer = await call(who, "POST", f"/v1/clues/{received['id']}/{verb}", body)
            assert answer.status_code == 200, answer.text
        while await harness.run_jobs():
            pass
        mine = (await call("supervisor@cmo-xn", "GET", f"/v1/clue-transfers/{sent['transfer_id']}")).json()
        assert (mine["state"], mine["result"]["status"]) == ("reported", told)
        done = await call("supervisor@cmo-xn", "POST", f"/v1/clues/{sent['id']}/archive")
        assert (done.status_code, done.json()["status"]) == (200, "archived")
    assert len(await harness.staged_events("clue.transfer.reported")) == 2


@pytest.mark.parametrize("is_received", [False, True])
async def test_the_receiver_sends_back_what_is_not_its_own(
    is_received: bool, hand_over: Any, receive: Any, call: Any, harness: Harness
) -> None:
    sent, key = await hand_over("transfer")
    received = await receive(sent["transfer_id"], key) if is_received else None
    back = await call(
        f"officer@pet-{key}", "POST", f"/v1/clue-transfers/{sent['transfer_id']}/return", {"reason": "not ours"}
    )
    assert (back.status_code, back.json()["state"]) == (200, "returned")
    await harness.run_jobs()
    mine = (await call("supervisor@cmo-xn", "GET", f"/v1/clues/{sent['id']}")).json()
    assert (mine["status"], mine["transfer_id"]) == ("registered", None)
    if received:
        theirs = (await call(f"supervisor@cmo-{key}", "GET", f"/v1/clues/{received['id']}")).json()
        assert theirs["status"] == "forwarded"


async def test_what_is_handled_already_is_not_sent_back(hand_over: Any, receive: Any, call: Any) -> None:
    sent, key = await hand_over("transfer")
    received = await receive(sent["transfer_id"], key)
    await call(f"officer@pet-{key}", "POST", f"/v1/clues/{received['id']}/accept")
    path = f"/v1/clue-transfers/{sent['transfer_id']}/return"
    answer = await call(f"officer@pet-{key}", "POST", path, {"reason": "r"})
    assert (answer.status_code, answer.json()["state"]) == (409, "accepted")


async def test_only_what_nobody_received_is_taken_back(
    hand_over: Any, receive: Any, call: Any, resources: Resources
) -> None:
    sent, key = await hand_over("forward")
    recalled = await call("supervisor@cmo-xn", "POST", f"/v1/clues/{sent['id']}/recall", {"reason": "r"})
    assert (recalled.json()["status"], recalled.json()["transfer_id"]) == ("registered", None)
    told = (await call("supervisor@cmo-xn", "GET", f"/v1/clue-transfers/{sent['transfer_id']}")).json()
    assert (told["state"], told["return_reason"]) == ("recalled", "r")
    late = await call(f"officer@pet-{key}", "POST", f"/v1/clue-transfers/{sent['transfer_id']}/receive")
    assert (late.status_code, late.json()["code"], late.json()["state"]) == (409, "move_refused", "recalled")
    again = await call("supervisor@cmo-xn", "POST", f"/v1/clues/{sent['id']}/forward", FORWARD)
    await receive(again.json()["transfer_id"], key)
    refused = await call("supervisor@cmo-xn", "POST", f"/v1/clues/{sent['id']}/recall", {"reason": "r"})
    assert refused.status_code == 409
    async with engine_session(resources) as session:
        assert await session.scalar(text("select count(*) from clue_transfer where content is not null")) == 0


async def test_ten_offices_that_receive_at_once_register_one_clue(
    hand_over: Any, call: Any, resources: Resources
) -> None:
    sent, key = await hand_over("transfer")
    path = f"/v1/clue-transfers/{sent['transfer_id']}/receive"
    answers = await asyncio.gather(*(call(f"officer{n}@pet-{key}", "POST", path) for n in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 9
    async with engine_session(resources) as session:
        count = text("select count(*) from clue where commission = 'cdi-xs'")
        assert await session.scalar(count) == 1


async def test_receiving_and_taking_back_at_once_agree(hand_over: Any, call: Any) -> None:
    for _ in range(3):
        sent, key = await hand_over("transfer", origin_ref=None)
        received, recalled = await asyncio.gather(
            call(f"officer@pet-{key}", "POST", f"/v1/clue-transfers/{sent['transfer_id']}/receive"),
            call("supervisor@cmo-xn", "POST", f"/v1/clues/{sent['id']}/recall", {"reason": "r"}),
        )
        assert sorted((received.status_code, recalled.status_code)) == [200, 409]


async def test_a_body_outside_is_named_and_its_result_recorded(call: Any, register: Any, harness: Harness) -> None:
    clue = await register("officer@pet-xn")
    body = {
        "to_body": "夏宁市公安局",
        "reason": "r",
        "approved_by": {"offline_ref": "批 1"},
        "result_due": "2027-01-04",
    }
    sent = (await call("supervisor@cmo-xn", "POST", f"/v1/clues/{clue['id']}/transfer", body)).json()
    assert (sent["status"], sent["due_at"]) == ("transferred", "2027-01-04T15:59:59Z")
    path = f"/v1/clue-transfers/{sent['transfer_id']}"
    told = await call("supervisor@cmo-xn", "POST", f"{path}/record-result", {"outcome": "case_filed", "four_forms": 4})
    assert (told.json()["state"], told.json()["result"]["outcome"]) == ("reported", "case_filed")
    await harness.run_jobs()
    assert (await call("supervisor@cmo-xn", "POST", f"/v1/clues/{clue['id']}/archive")).status_code == 200
    assert await harness.staged_events("clue.transfer") == []


@pytest.mark.parametrize(
    ("verb", "body", "code"),
    [
        ("assign-down", {**DOWN, "to_unit": "pc-xn"}, "not_below"),
        ("assign-down", {**DOWN, "to_unit": "inv1-xn"}, "not_below"),
        ("forward", {**FORWARD, "to_unit": "sup1-xn"}, "own_commission"),
        ("transfer", {**ACROSS, "result_due": "2026-11-01"}, "in_the_past"),
        ("forward", {"reason": "r"}, "one_recipient"),
        ("forward", {**FORWARD, "to_body": "x"}, "one_recipient"),
        ("forward", {**FORWARD, "to_unit": "nowhere"}, "unknown_unit"),
    ],
)
async def test_a_wrong_recipient_is_refused(verb: str, body: Any, code: str, call: Any, register: Any) -> None:
    clue = await register("officer@pet-xn")
    answer = await call("supervisor@cmo-xn", "POST", f"/v1/clues/{clue['id']}/{verb}", body)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code)


async def test_only_the_receiver_receives(hand_over: Any, call: Any) -> None:
    sent, _ = await hand_over("transfer")
    path = f"/v1/clue-transfers/{sent['transfer_id']}"
    assert (await call("officer@pet-xn", "POST", f"{path}/receive")).json()["code"] == "not_your_transfer"
    assert (await call("officer@pet-lh", "POST", f"{path}/receive")).status_code == 404
    assert (await call("handler@inv1-xs", "POST", f"{path}/receive")).status_code == 403
