"""A consultation from its draft to its close: quorum, dissent, minutes, conclusion, tasks, recusal, redaction."""

import asyncio
from typing import Any

CONVENER, APPROVER, EAST, WEST = "supervisor@cmo-xn", "principal@cdi-xn", "supervisor@cmo-dh", "supervisor@cmo-xs"
OUTSIDER = "handler@inv1-lh"
CONCLUSION = {
    "conclusion": "结论䶮",
    "lead_unit": "cdi-dh",
    "actions": [
        {"task": "任务䶮一", "owner_unit": "inv1-dh", "due_on": "2026-12-10"},
        {"task": "任务䶮二", "owner_unit": "cdi-xs", "due_on": "2026-12-20"},
    ],
}


async def settle(call: Any, who: str, action: Any, verb: str = "complete", expect: int = 200, **more: Any) -> Any:
    answer = await call(who, "POST", f"/v1/consultation-actions/{action['id']}/{verb}", {"result": "已办"}, **more)
    assert answer.status_code == expect, answer.text
    return answer.json()


async def test_the_whole_path(call: Any, act: Any, convened: Any, harness: Any) -> None:
    item = await convened("minutes_signed")
    concluded = await act(CONVENER, item, "conclude", CONCLUSION)
    assert [one["state"] for one in concluded["actions"]] == ["proposed", "proposed"]
    assert (await act("principal@cdi-xn", item, "dissent", {"text": "x"}, expect=403))["code"] == "part_required"
    await act(WEST, item, "dissent", {"text": "异议䶮"})
    tracking = await act(APPROVER, item, "approve-conclusion")
    assert tracking["state"] == "tracking"
    refused = await act(CONVENER, item, "close", expect=409)
    assert refused["code"] == "actions_open"
    assert refused["open_actions"] == [one["id"] for one in tracking["actions"]]
    first, second = tracking["actions"]
    assert [
        one["id"] for one in (await call("handler@inv1-dh", "GET", "/v1/consultation-actions")).json()["items"]
    ] == [first["id"]]
    await settle(call, "handler@inv1-dh", first)
    await act(CONVENER, item, "close", expect=409)
    await settle(call, "leader@cdi-xs", second)
    assert (await settle(call, "leader@cdi-xs", second, expect=409))["code"] == "move_refused"
    closed = await act(CONVENER, item, "close")
    assert closed["state"] == "closed"
    assert [(one["unit"], one["text"]) for one in closed["dissents"]] == [("cdi-xs", "异议䶮")]
    types = [event.type.split(".")[1:3] for event in await harness.staged_events("clue.consultation")]
    assert types[-6:] == [
        ["consultation", "concluded"],
        ["consultation_action", "assigned"],
        ["consultation_action", "assigned"],
        ["consultation_action", "settled"],
        ["consultation_action", "settled"],
        ["consultation", "closed"],
    ]
    assert "䶮" not in "".join(str(event.data) for event in await harness.staged_events())


async def test_no_conclusion_without_minutes_and_no_close_without_conclusion(act: Any, convened: Any) -> None:
    item = await convened("opened")
    for verb, body in (("conclude", CONCLUSION), ("close", None)):
        problem = await act(CONVENER, item, verb, body, expect=409)
        assert (problem["code"], problem["state"]) == ("move_refused", "scheduled")
    too_few = {"held_on": "2026-11-23", "attended": ["cdi-dh"], "minutes": "x"}
    problem = await act(CONVENER, item, "hold", too_few, expect=409)
    assert (problem["code"], problem["quorum"], problem["attended"]) == ("quorum_missing", 2, 1)
    assert (await act(CONVENER, item, "hold", {**too_few, "attended": ["cdi-dh", "cdi-lh"]}, expect=422))["errors"]


async def test_minutes_stand_when_all_who_attended_have_signed(act: Any, convened: Any) -> None:
    item = await convened("held")
    signed = await act(EAST, item, "sign-minutes")
    assert signed["state"] == "held"
    assert (await act("leader@cdi-dh", item, "sign-minutes", expect=409))["code"] == "already_signed"
    assert (await act(WEST, item, "sign-minutes"))["state"] == "minutes_signed"


async def test_nobody_approves_what_is_their_own(call: Any, act: Any) -> None:
    answer = await call(
        "leader@cdi-xn",
        "POST",
        "/v1/consultations",
        {"kind": "ecology", "topic": "x", "participants": [{"unit": "cdi-dh"}, {"unit": "cdi-xs"}]},
    )
    own = answer.json()
    await act("leader@cdi-xn", own, "submit")
    assert (await act("leader@cdi-xn", own, "approve", expect=403))["code"] == "own_draft"
    held = {"held_on": "2026-11-23", "attended": ["cdi-dh", "cdi-xs"], "minutes": "m"}
    for who, verb, body in (
        (APPROVER, "approve", None),
        ("leader@cdi-xn", "schedule", {"opinions_due_on": "2026-11-30"}),
        ("leader@cdi-xn", "hold", held),
        (EAST, "sign-minutes", None),
        (WEST, "sign-minutes", None),
        ("leader@cdi-xn", "conclude", {**CONCLUSION}),
    ):
        await act(who, own, verb, body)
    assert (await act("leader@cdi-xn", own, "approve-conclusion", expect=403))["code"] == "own_draft"
    back = await act(APPROVER, own, "reject-conclusion", {"reason": "r"})
    assert (back["state"], back["actions"]) == ("minutes_signed", [])


async def test_a_recused_person_meets_it_nowhere(call: Any, act: Any, convened: Any) -> None:
    item = await convened()
    await act(CONVENER, item, "recuse", {"sub": "leader@cdi-dh"})
    assert (await call("leader@cdi-dh", "GET", f"/v1/consultations/{item['id']}")).status_code == 404
    assert (await call("leader@cdi-dh", "GET", "/v1/consultations")).json()["items"] == []
    await act("leader@cdi-dh", item, "give-opinion", {"position": "agree", "text": "x"}, expect=404)
    assert (await act(EAST, item, "recuse", {"sub": "leader@cdi-xs"}, expect=403))["code"] == "part_required"
    own = await act(EAST, item, "recuse", {"sub": EAST})
    assert (own["topic"], own["my_parts"], own["participants"]) == ("", [], [])
    assert (await call(EAST, "GET", f"/v1/consultations/{item['id']}")).status_code == 404


async def test_a_page_is_filled_past_what_a_recused_person_does_not_meet(call: Any, act: Any, convened: Any) -> None:
    items = [await convened() for _ in range(4)]
    for hidden in (items[1], items[3]):
        await act(CONVENER, hidden, "recuse", {"sub": EAST})
    first = (await call(EAST, "GET", "/v1/consultations?limit=1")).json()
    assert [one["id"] for one in first["items"]] == [items[2]["id"]]
    second = (await call(EAST, "GET", f"/v1/consultations?limit=1&cursor={first['next_cursor']}")).json()
    assert ([one["id"] for one in second["items"]], second["next_cursor"]) == ([items[0]["id"]], None)
    # Whoever is invited sees who takes part and which units have said something, as the convener does.
    theirs, own = [(await call(who, "GET", f"/v1/consultations/{items[2]['id']}")).json() for who in (EAST, CONVENER)]
    assert theirs["participants"] == own["participants"] != []


async def test_a_recused_owner_does_not_meet_the_task(call: Any, act: Any, convened: Any) -> None:
    item = await convened("minutes_signed")
    await act(CONVENER, item, "recuse", {"sub": "handler@inv1-dh"})
    await act(CONVENER, item, "conclude", CONCLUSION)
    tracking = await act(APPROVER, item, "approve-conclusion")
    task = tracking["actions"][0]
    assert (await call("handler@inv1-dh", "GET", "/v1/consultation-actions")).json()["items"] == []
    assert (await call("handler@inv1-dh", "GET", f"/v1/consultation-actions/{task['id']}")).status_code == 404
    await settle(call, "handler@inv1-dh", task, expect=404)
    await settle(call, OUTSIDER, task, expect=404)
    assert (await settle(call, EAST, task, "withdraw", expect=403))["code"] == "part_required"
    assert (await settle(call, CONVENER, task, "withdraw"))["state"] == "withdrawn"


async def test_participants_see_clues_redacted(call: Any, act: Any, register: Any) -> None:
    subject = {"name": "甲䶮", "unit_name": "住建局", "unit_code": "su-housing", "post": "局长"}
    form = {"subjects": [subject], "allegations": [{"category_code": "C1", "text": "文字䶮", "amount_cny": 5}]}
    clue = await register("officer@pet-xn", secrecy_level="confidential", **form)
    wanted = {
        "kind": "important_clue",
        "topic": "t",
        "clue_ids": [clue["id"]],
        "participants": [{"unit": "cdi-dh"}, {"unit": "cdi-xs"}],
    }
    refused = await call(CONVENER, "POST", "/v1/consultations", wanted)
    assert refused.json()["errors"][0]["code"] == "not_visible", "above the convener's clearance"
    answer = await call(CONVENER, "POST", "/v1/consultations", wanted, clearance="confidential")
    made = answer.json()
    assert made["secrecy_level"] == "confidential"
    assert made["clues"][0]["clue_no"] == clue["clue_no"]
    for who, verb, body in (
        (CONVENER, "submit", None),
        (APPROVER, "approve", None),
        (CONVENER, "schedule", {"opinions_due_on": "2026-11-30"}),
    ):
        await act(who, made, verb, body, clearance="confidential")
    assert (await call(EAST, "GET", f"/v1/consultations/{made['id']}")).status_code == 404, "not cleared"
    seen = await call(EAST, "GET", f"/v1/consultations/{made['id']}", clearance="secret")
    assert "䶮" not in seen.text
    assert clue["id"] not in seen.text
    assert clue["clue_no"] not in seen.text
    (redacted,) = seen.json()["clues"]
    assert redacted["allegations"] == [
        {"category_code": "C1", "occurred_from": None, "occurred_to": None, "amount_cny": 5.0}
    ]


async def test_a_silent_clue_stays_inside_its_commission(call: Any, act: Any, register: Any) -> None:
    clue = await register("officer@pet-xn", overlap_policy="silent")
    form = {"kind": "important_clue", "topic": "t", "clue_ids": [clue["id"]]}
    outside = {**form, "participants": [{"unit": "sup1-xn"}, {"unit": "cdi-dh"}]}
    answer = await call(CONVENER, "POST", "/v1/consultations", outside)
    assert answer.json()["errors"][0]["code"] == "silent_clue"
    inside = {**form, "participants": [{"unit": "sup1-xn"}, {"unit": "inv1-xn"}]}
    made = (await call(CONVENER, "POST", "/v1/consultations", inside)).json()
    assert (await act(CONVENER, made, "invite", {"unit": "cdi-dh"}, expect=422))["errors"][0]["code"] == "silent_clue"


async def test_close_and_the_last_task_at_once_end_well(call: Any, act: Any, convened: Any) -> None:
    item = await convened("minutes_signed")
    await act(CONVENER, item, "conclude", {**CONCLUSION, "actions": CONCLUSION["actions"][:1]})
    tracking = await act(APPROVER, item, "approve-conclusion")
    task = tracking["actions"][0]
    path = f"/v1/consultations/{item['id']}/close"
    answers = await asyncio.gather(
        settle(call, "handler@inv1-dh", task), *(call(CONVENER, "POST", path) for _ in range(6))
    )
    codes = [answer.status_code for answer in answers[1:]]
    assert codes.count(200) <= 1
    assert set(codes) <= {200, 409}
    seen = (await call(CONVENER, "GET", f"/v1/consultations/{item['id']}")).json()
    assert seen["actions"][0]["state"] == "done"
    assert seen["state"] == ("closed" if 200 in codes else "tracking")


async def test_a_stale_version_is_refused_and_a_repeat_answers_the_same(call: Any, act: Any, convened: Any) -> None:
    item = await convened("draft")
    await act(CONVENER, item, "invite", {"unit": "cdi-lh"}, headers={"If-Match": '"1"'})
    await act(CONVENER, item, "submit", expect=412, headers={"If-Match": '"1"'})
    first = await act(CONVENER, item, "submit", headers={"Idempotency-Key": "once"})
    again = await act(CONVENER, item, "submit", headers={"Idempotency-Key": "once"})
    assert (first["version"], again["version"]) == (3, 3)
