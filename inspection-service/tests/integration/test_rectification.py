from typing import Any

import pytest

COOP = "su-coop"
MARK = "标记䶮正文"


@pytest.fixture
def unit(city: Any) -> Any:
    return city.desk("coop-clerk", COOP, "handler")


@pytest.fixture
def head(city: Any) -> Any:
    return city.desk("coop-head", COOP, "leader")


@pytest.fixture
def watcher(city: Any) -> Any:
    return city.desk("watcher", "sup2-xn", "handler")


async def finding_of(city: Any, team: Any, **more: Any) -> Any:
    body = {"category": "work", "severity": "serious", "text": MARK, **more}
    return await city.office.post(f"/v1/teams/{team['id']}/findings", body, expect=201)


async def fed_back_finding(city: Any) -> Any:
    team = await city.working_team()
    finding = await finding_of(city, team)
    path = f"/v1/rounds/{team['round_id']}"
    await city.office.post(f"{path}/report")
    await city.leader.post(f"{path}/decide")
    await city.office.post(f"{path}/feed-back")
    return finding


async def assigned_item(city: Any, **more: Any) -> Any:
    finding = await fed_back_finding(city)
    body = {"problem": "公开招租制度未落实", **more}
    return await city.office.post(f"/v1/findings/{finding['id']}/rectifications", body, expect=201)


async def test_an_item_goes_from_assignment_to_sign_off(city: Any, unit: Any, watcher: Any) -> None:
    item = await assigned_item(city)
    assert (item["state"], item["due_on"], item["is_overdue"]) == ("assigned", "2027-01-23", False)
    path = f"/v1/rectifications/{item['id']}"
    await unit.post(f"{path}/plan", {"measure": "修订制度", "responsible_post": "分管领导"})
    await unit.post(f"{path}/start")
    evidence = [{"kind": "document", "reference": "供文〔2026〕1号", "sha256": "a" * 64}]
    submitted = await unit.post(f"{path}/submit", {"self_status": "done", "report": "已修订", "evidence": evidence})
    assert (submitted["state"], submitted["allowed_moves"]) == ("submitted", [])
    verified = await watcher.post(f"{path}/verify", {"verdict": "done", "note": "现场核实"})
    assert verified["verified_by"] == "watcher"
    signed = await city.office.post(f"{path}/sign-off")
    assert (signed["state"], signed["finding_id"]) == ("signed_off", item["finding_id"])
    assert [step["verb"] for step in (await city.office.get(f"{path}/steps"))["items"]] == [
        "assign", "plan", "start", "submit", "verify", "sign-off",
    ]  # fmt: skip
    assert [one["reference"] for one in (await city.office.get(f"{path}/evidence"))["items"]] == ["供文〔2026〕1号"]
    events = await city.harness.staged_events("inspection.rectification.")
    assert [event.type.split(".")[2] for event in events] == ["assigned", "submitted", "verified", "signed_off"]
    assert [event.data["due_at"] for event in events] == ["2027-01-23T15:59:59Z", None, None, None]
    round_seen = await city.office.get(f"/v1/rounds/{item['round_id']}")
    assert round_seen["state"] == "rectifying"


async def test_a_returned_item_gets_a_new_date_and_a_false_report_is_answered_for(city: Any, unit: Any) -> None:
    item = await assigned_item(city)
    path = f"/v1/rectifications/{item['id']}"
    await unit.post(f"{path}/submit", {"report": "已完成"})
    early = await city.office.post(f"{path}/return", {"reason": "未见成效", "due_on": "2026-11-23"}, expect=422)
    assert early["code"] == "date_not_later"
    returned = await city.office.post(f"{path}/return", {"reason": "未见成效", "due_on": "2027-02-01"})
    assert (returned["state"], returned["times_returned"]) == ("returned", 1)
    assert (await unit.get(path))["office_reason"] == "未见成效"
    await unit.post(f"{path}/submit", {"report": "再次完成"})
    body = {"reason": "虚报", "accountability_ref": "问责〔2027〕2号"}
    assert (await city.office.post(f"{path}/mark-falsely-reported", body))["state"] == "falsely_reported"
    assert (await unit.get(path))["accountability_ref"] is None
    reopened = await city.office.post(f"{path}/reopen", {"reason": "重新整改", "due_on": "2027-03-01"})
    assert reopened["state"] == "assigned"


async def test_only_a_leader_over_the_office_extends_and_the_state_stays(city: Any, unit: Any, head: Any) -> None:
    item = await assigned_item(city)
    path, later = f"/v1/rectifications/{item['id']}", {"reason": "涉及诉讼", "due_on": "2027-06-30"}
    await head.post(f"{path}/extend", later, expect=403)
    await city.office.post(f"{path}/extend", later, expect=403)
    extended = await city.leader.post(f"{path}/extend", later)
    assert (extended["state"], extended["due_on"], extended["first_due_on"]) == ("assigned", "2027-06-30", "2027-01-23")
    (event,) = await city.harness.staged_events("inspection.rectification.extended")
    assert event.data["due_at"] == "2027-06-30T15:59:59Z"


async def test_nobody_checks_himself(city: Any, unit: Any, head: Any) -> None:
    item = await assigned_item(city)
    path = f"/v1/rectifications/{item['id']}"
    await head.post(f"{path}/submit", {"report": "完成"})
    await head.post(f"{path}/verify", expect=403)
    await head.post(f"{path}/sign-off", expect=403)
    await city.office.post(f"{path}/plan", {"measure": "x"}, expect=403)
    await city.office.post(f"{path}/verify")
    refused = await city.office.post(f"{path}/sign-off", expect=403)
    assert refused["code"] == "verifier_may_not_sign_off"


async def test_before_the_feedback_only_immediate_fixes_are_asked_for(city: Any, unit: Any) -> None:
    finding = await finding_of(city, await city.working_team())
    path = f"/v1/findings/{finding['id']}/rectifications"
    refused = await city.office.post(path, {"problem": "问题"}, expect=409)
    assert refused["code"] == "feedback_first"
    item = await city.office.post(path, {"problem": "灭火器过期", "kind": "immediate_fix"}, expect=201)
    assert (await unit.get("/v1/rectifications"))["items"][0]["id"] == item["id"]


async def test_the_unit_sees_its_feedback_and_items_and_nothing_else(
    city: Any, unit: Any, head: Any, watcher: Any
) -> None:
    item = await assigned_item(city)
    round_path = f"/v1/rounds/{item['round_id']}"
    told = {"unit_code": COOP, "audience": "unit", "text": "对单位的反馈"}
    feedback = await city.office.post(f"{round_path}/feedbacks", told, expect=201)
    for_head = await city.office.post(
        f"{round_path}/feedbacks", {**told, "audience": "head", "text": "对主要负责人的反馈"}, expect=201
    )
    assert [one["id"] for one in (await unit.get("/v1/feedbacks"))["items"]] == [feedback["id"]]
    assert {one["id"] for one in (await head.get("/v1/feedbacks"))["items"]} == {feedback["id"], for_head["id"]}
    await unit.get(f"/v1/feedbacks/{for_head['id']}", expect=404)
    await watcher.get(f"/v1/feedbacks/{feedback['id']}", expect=404)
    assert (await head.post(f"/v1/feedbacks/{for_head['id']}/acknowledge"))["state"] == "acknowledged"
    seen = await unit.get(f"/v1/rectifications/{item['id']}")
    assert (seen["finding_id"], seen["problem"]) == (None, "公开招租制度未落实")
    for desk in (unit, head):
        for path in (round_path, f"{round_path}/summary", f"{round_path}/teams"):
            await desk.get(path, expect=404)
        assert (await desk.get("/v1/rounds"))["items"] == []
        assert (await desk.get("/v1/teams"))["items"] == []
    await head.get(f"/v1/findings/{item['finding_id']}", expect=404)
    other = city.desk("other", "su-housing", "leader", "handler")
    assert (await other.get("/v1/rectifications"))["items"] == []
    await other.get(f"/v1/rectifications/{item['id']}", expect=404)
    await other.get(f"/v1/feedbacks/{feedback['id']}", expect=404)
    assert "䶮" not in str([event.data for event in await city.harness.staged_events()])


async def test_overdue_items_are_found_by_the_clock(city: Any, unit: Any, clock: Any) -> None:
    item = await assigned_item(city, due_on="2026-11-30")
    assert (await unit.get("/v1/rectifications?overdue=true"))["items"] == []
    clock.advance(days=8)
    (late,) = (await unit.get("/v1/rectifications?overdue=true"))["items"]
    assert (late["id"], late["is_overdue"]) == (item["id"], True)


async def test_feedback_waits_for_the_decision(city: Any) -> None:
    team = await city.working_team()
    body = {"unit_code": COOP, "audience": "unit", "text": "x"}
    refused = await city.office.post(f"/v1/rounds/{team['round_id']}/feedbacks", body, expect=409)
    assert refused["code"] == "not_decided_yet"


async def test_a_finding_that_does_not_hold_is_counted_no_more(city: Any) -> None:
    team = await city.working_team()
    held, dropped = [await finding_of(city, team) for _ in range(2)]
    gone = await city.office.post(f"/v1/findings/{dropped['id']}/withdraw", {"reason": "查无实据"})
    assert (gone["state"], gone["allowed_moves"]) == ("withdrawn", [])
    await city.office.post(f"/v1/findings/{dropped['id']}/hand-over", expect=409)
    referred = await city.office.post(f"/v1/findings/{held['id']}/refer", {"to_unit": "pc-xn"})
    assert (referred["state"], referred["referred_to"]) == ("referred", "pc-xn")
    summary = await city.office.get(f"/v1/rounds/{team['round_id']}/summary")
    assert (summary["findings"], summary["findings_by_state"]) == (1, {"referred": 1, "withdrawn": 1})
    (event,) = await city.harness.staged_events("inspection.finding.handed_over")
    assert (event.data["receiving_unit"], event.data["clue_id"]) == ("pc-xn", None)


async def test_evidence_is_kept_by_reference_and_leaves_no_trace_in_events(city: Any) -> None:
    evidence = [{"kind": "ledger", "reference": "账册䶮-7", "sha256": "b" * 64, "kept_by": "insp-xn"}]
    finding = await finding_of(city, await city.working_team(), evidence=evidence)
    path = f"/v1/findings/{finding['id']}/evidence"
    added = await city.office.post(path, {"items": [{"kind": "photo", "reference": "照片-3"}]}, expect=201)
    assert [one["kind"] for one in added["items"]] == ["ledger", "photo"]
    bad = {"items": [{"kind": "photo", "reference": "x", "sha256": "xyz"}]}
    assert (await city.office.post(path, bad, expect=422))["errors"][0]["pointer"] == "/items/0/sha256"
    assert "䶮" not in str([event.data for event in await city.harness.staged_events()])
