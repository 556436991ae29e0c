"""A letter of advice from draft to look back: who sees it when, replies, returns, reissues, and the dossier."""

import asyncio
from typing import Any

import pytest
from chassis.identity import SYSTEM
from chassis.service import Resources
from clue_service.advice import service as advice

ISSUER, APPROVER, CMO = "handler@sup1-xn", "principal@cdi-xn", "supervisor@cmo-xn"
UNIT, GROUP, OTHER = "handler@su-housing", "handler@dg-build", "handler@inv1-dh"
FORM: dict[str, Any] = {
    "kind": "supervisory",
    "addressed_unit": "su-housing",
    "title": "标题䶮",
    "problem": "问题䶮",
    "demands": "要求䶮",
    "reply_due_on": "2026-12-23",
}


@pytest.fixture
def act(call: Any) -> Any:
    async def go(who: str, item: Any, verb: str, body: Any = None, expect: int = 200, **more: Any) -> Any:
        answer = await call(who, "POST", f"/v1/advice/{item['id']}/{verb}", body, **more)
        assert answer.status_code == expect, answer.text
        return answer.json()

    return go


@pytest.fixture
def letter(call: Any, act: Any) -> Any:
    """``await letter("served")`` → a letter brought to that state."""

    async def make(to: str = "served", **changes: Any) -> Any:
        answer = await call(ISSUER, "POST", "/v1/advice", {**FORM, **changes})
        assert answer.status_code == 201, answer.text
        item = answer.json()
        for reached, who, verb, body in (
            ("approved", APPROVER, "approve", None),
            ("served", ISSUER, "serve", {"served_on": "2026-11-23"}),
            ("replied", UNIT, "reply", {"text": "回复䶮"}),
            ("reviewed", ISSUER, "review", {"verdict": "sufficient", "comment": "c"}),
            ("closed", ISSUER, "close", None),
        ):
            if to == "drafted":
                break
            item = await act(who, item, verb, body)
            if reached == to:
                break
        return item

    return make


async def test_the_other_side_learns_of_it_when_it_is_served(call: Any, act: Any, letter: Any, harness: Any) -> None:
    item = await letter("approved")
    path = f"/v1/advice/{item['id']}"
    for who in (UNIT, GROUP, OTHER):
        assert (await call(who, "GET", path)).status_code == 404, who
    assert (await call(CMO, "GET", path)).status_code == 200
    await act(ISSUER, item, "serve", {"served_on": "2026-11-23"})
    for who, parts in (
        (UNIT, ["addressee"]),
        (GROUP, ["watcher"]),
        (CMO, ["watcher"]),
        (ISSUER, ["issuer", "watcher"]),
    ):
        seen = (await call(who, "GET", path)).json()
        assert seen["my_parts"] == parts, who
    told = (await call(UNIT, "GET", path)).json()
    assert [step["verb"] for step in told["steps"]] == ["serve"]
    assert (await call(OTHER, "GET", path)).status_code == 404
    assert (await call(OTHER, "GET", "/v1/advice")).json()["items"] == []
    served = (await harness.staged_events("clue.advice.served"))[0].data
    assert (served["addressed_unit"], served["reply_due"]) == ("su-housing", "2026-12-23T15:59:59Z")
    assert "䶮" not in "".join(str(event.data) for event in await harness.staged_events())


async def test_a_reply_that_is_not_enough_is_asked_for_again(act: Any, letter: Any, harness: Any) -> None:
    item = await letter("replied")
    missing = await act(ISSUER, item, "review", {"verdict": "insufficient", "comment": "c"}, expect=422)
    assert missing["errors"][0]["code"] == "goes_with_insufficient"
    back = await act(ISSUER, item, "review", {"verdict": "insufficient", "comment": "c", "reply_due_on": "2027-01-15"})
    assert (back["state"], back["times_returned"], back["reply_due_on"]) == ("rectifying", 1, "2027-01-15")
    (event,) = await harness.staged_events("clue.advice.returned")
    assert event.data["reply_due"] == "2027-01-15T15:59:59Z"
    again = await act(UNIT, item, "reply", {"text": "t"})
    assert again["state"] == "replied"
    await act(ISSUER, item, "review", {"verdict": "sufficient", "comment": "c"})
    closed = await act(ISSUER, item, "close")
    assert closed["closed_on"] == "2026-11-23"
    looked = await act(ISSUER, item, "look-back", {"finding": "recurred", "text": "t"})
    assert looked["state"] == "closed"


async def test_a_letter_that_goes_on_is_drafted_anew_once(act: Any, call: Any, letter: Any) -> None:
    item = await letter("closed")
    path = f"/v1/advice/{item['id']}/reissue"
    body = {"reason": "r", "reply_due_on": "2027-02-01"}
    answers = await asyncio.gather(*(call(ISSUER, "POST", path, body) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409, 409]
    found = (await call(ISSUER, "GET", "/v1/advice?state=drafted")).json()["items"]
    assert [(one["reissue_of"], one["problem"]) for one in found] == [(item["id"], "问题䶮")]


async def test_nobody_approves_their_own_letter_or_answers_for_others(call: Any, act: Any, letter: Any) -> None:
    own = (await call("leader@cdi-xn", "POST", "/v1/advice", FORM)).json()
    assert (await act("leader@cdi-xn", own, "approve", expect=403))["code"] == "own_draft"
    item = await letter()
    assert (await act(GROUP, item, "reply", {"text": "t"}, expect=403))["code"] == "part_required"
    await act(OTHER, item, "reply", {"text": "t"}, expect=404)
    refused = await act(ISSUER, item, "extend", {"reply_due_on": "2027-01-01", "reason": "r"}, expect=403)
    assert refused["code"] == "role_required"
    later = await act(APPROVER, item, "extend", {"reply_due_on": "2027-01-01", "reason": "r"})
    assert later["reply_due_on"] == "2027-01-01"


async def test_a_late_reply_shows(call: Any, letter: Any, clock: Any) -> None:
    item = await letter()
    clock.advance(days=30)
    assert (await call(ISSUER, "GET", f"/v1/advice/{item['id']}")).json()["is_overdue"] is False
    clock.advance(days=1)
    assert (await call(ISSUER, "GET", f"/v1/advice/{item['id']}")).json()["is_overdue"] is True


async def test_a_letter_is_as_secret_as_its_clue_and_does_not_name_it_to_others(
    call: Any, act: Any, register: Any
) -> None:
    clue = await register("officer@pet-xn", secrecy_level="confidential")
    body = {**FORM, "clue_id": clue["id"]}
    assert (await call(CMO, "POST", "/v1/advice", body)).status_code == 404
    made = (await call(CMO, "POST", "/v1/advice", body, clearance="secret")).json()
    assert (made["secrecy_level"], made["clue_id"]) == ("confidential", clue["id"])
    await act(APPROVER, made, "approve", clearance="secret")
    await act(CMO, made, "serve", {"served_on": "2026-11-23"}, clearance="secret")
    assert (await call(UNIT, "GET", f"/v1/advice/{made['id']}")).status_code == 404
    seen = await call(UNIT, "GET", f"/v1/advice/{made['id']}", clearance="secret")
    assert seen.json()["clue_id"] is None
    assert clue["id"] not in seen.text


async def test_advice_on_a_silent_clue_stays_inside_its_commission(
    call: Any, act: Any, register: Any, harness: Any, resources: Resources
) -> None:
    await harness.add_units({"code": "dg-xn", "unit_type": "dispatched_group", "parent_code": "cdi-xn"})
    await harness.add_units({"code": "dg-dh", "unit_type": "dispatched_group", "parent_code": "cdi-dh"})
    silent = await register("officer@pet-xn", overlap_policy="silent")
    body = {**FORM, "clue_id": silent["id"]}
    for outside in ("su-housing", "dg-dh", "inv1-dh", "cdi-dh"):
        refused = await call(CMO, "POST", "/v1/advice", {**body, "addressed_unit": outside})
        assert refused.status_code == 422, outside
        assert [(one["pointer"], one["code"]) for one in refused.json()["errors"]] == [("/clue_id", "silent_clue")]
    # Whoever may not see the clue is answered as if there were none, whatever its policy.
    assert (await call("supervisor@cmo-dh", "POST", "/v1/advice", body)).status_code == 404
    made = (await call(CMO, "POST", "/v1/advice", {**body, "addressed_unit": "dg-xn"})).json()
    await act(APPROVER, made, "approve")
    served = await act(CMO, made, "serve", {"served_on": "2026-11-23"})
    assert served["state"] == "served"
    for who in (GROUP, OTHER, UNIT, "supervisor@cmo-dh"):
        assert (await call(who, "GET", f"/v1/advice/{made['id']}")).status_code == 404, who
        assert made["id"] not in (await call(who, "GET", "/v1/advice")).text
    told = "".join(str(event.data) for event in await harness.staged_events("clue.advice.served"))
    assert silent["id"] not in told
    async with resources.transactions(SYSTEM) as uow:
        assert await advice.served_on(uow, ["dg-xn"]) == []  # what inspections are told
    loud = await register("officer@pet-xn")
    open_letter = await call(CMO, "POST", "/v1/advice", {**body, "clue_id": loud["id"]})
    assert open_letter.status_code == 201, open_letter.text


async def test_an_inspection_learns_when_and_by_whom_but_not_what(call: Any, harness: Any, letter: Any) -> None:
    await harness.add_units({"code": "insp-xn", "unit_type": "inspection_office", "parent_code": "pc-xn"})
    await harness.add_principal("office", "insp-xn", "inspection_office")
    await harness.add_principal("clerk", "pet-xn", "intake_officer")
    await letter("replied")
    await letter("drafted")
    ask = {"unit_code": "su-housing", "purpose": "entry", "matter": "team:00000000-0000-7000-8000-000000000001"}

    async def extract(acting: str) -> Any:
        sub = "svc:inspection-service"
        headers = {"Heli-Acting-Sub": acting}
        return await call("service@", "POST", "/v1/dossier-extracts", ask, sub=sub, headers=headers)

    told = await extract("office")
    (line,) = told.json()["advice"]
    assert (line["issuing_unit"], line["state"], line["served_on"]) == ("sup1-xn", "replied", "2026-11-23")
    assert "䶮" not in told.text
    counted = (await extract("clerk")).json()
    assert (counted["advice"], counted["advice_total"], counted["advice_by_state"]) == ([], 1, {"replied": 1})
