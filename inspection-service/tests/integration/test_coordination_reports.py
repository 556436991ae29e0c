"""Half-year coordination reports: as of a day that is over, byte for byte the same whenever made again."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from chassis.clock import FixedClock

MATTER = {
    "title": "供销系统资金监管",
    "basis": "要点",
    "theme": "fund_supervision",
    "targets": "目标",
    "scope_units": ["su-coop"],
    "starts_on": "2026-01-01",
    "ends_on": "2026-12-31",
}
DECISION = {"minutes_ref": "纪要", "decided_on": "2026-05-01", "lead_unit": "sup2-xn"}
TASK = {"unit": "sup2-xn", "task": "检查", "due_on": "2026-06-30"}
MEETING = {"held_on": "2026-07-02", "agenda": "研讨", "minutes_ref": "会议纪要1", "conclusion": "推进"}


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 5, 10, 2, tzinfo=UTC))


@pytest.fixture
async def at_work(city: Any, clock: FixedClock) -> Any:
    handler = city.desk("handler", "sup2-xn", "handler")
    made = await handler.post("/v1/supervision-matters", MATTER, expect=201)
    path = f"/v1/supervision-matters/{made['id']}"
    await city.leader.post(f"{path}/decide", DECISION)
    await handler.post(f"{path}/assign-task", TASK)
    await handler.post(f"{path}/start")
    await handler.post(f"{path}/raise-difficulty", {"text": "保密内容", "referral": "consultation"})
    clock.instant = datetime(2026, 7, 1, 1, tzinfo=UTC)
    return handler, path


async def make(city: Any, **body: Any) -> Any:
    return await city.leader.post("/v1/coordination-reports", {"period": "2026-H1", **body}, expect=201)


async def test_a_report_made_again_after_changes_is_the_same_byte_for_byte(
    city: Any, at_work: Any, clock: FixedClock
) -> None:
    handler, path = at_work
    report = await make(city)
    before = await city.leader.raw(f"/v1/coordination-reports/{report['id']}/document")
    page = await city.leader.raw(f"/v1/coordination-reports/{report['id']}/page")
    assert sha256(before).hexdigest() == report["digest"]
    for _ in range(3):
        clock.instant += timedelta(days=11)
        await handler.post(f"{path}/report", {"done": "进展"})
        await handler.post(f"{path}/discuss", MEETING)
    evaluator = city.desk("evaluator", "cdi-xn", "case_supervisor")
    criteria = [{"criterion": "整改率", "score": 90, "evidence_ref": "材料"}]
    await evaluator.post(f"{path}/evaluate", {"criteria": criteria, "conclusion": "effective", "opinion": "好"})
    await city.leader.post(f"{path}/carry-over", {"ends_on": "2027-06-30", "reason": "继续"})
    await handler.post("/v1/supervision-matters", {**MATTER, "theme": "another"}, expect=201)
    await city.entered_team()
    again = await city.leader.get(f"/v1/coordination-reports/{report['id']}/made-again")
    assert (again["is_identical"], again["digest"]) == (True, report["digest"])
    assert await city.leader.raw(f"/v1/coordination-reports/{report['id']}/document") == before
    assert await city.leader.raw(f"/v1/coordination-reports/{report['id']}/page") == page
    later = await city.leader.post("/v1/coordination-reports", {"period": "2026-H1"}, expect=200)
    assert later["id"] == report["id"]


async def test_a_report_tells_states_overdue_reports_and_difficulties_as_of_its_day(city: Any, at_work: Any) -> None:
    report = await make(city)
    document = report["document"]
    assert document["matters"]["by_state"] == {"in_progress": 1}
    assert document["matters"]["proposed"] == 1
    (line,) = document["list"]
    assert (line["reports_due"], line["reports_filed"], line["overdue"]) == (1, 0, True)
    assert [one["referral"] for one in document["difficulties"]] == ["consultation"]
    assert "保密内容" not in str(document)
    earlier = await make(city, as_of="2026-05-09")
    assert earlier["document"]["matters"]["total"] == 0


async def test_the_page_is_chinese_and_stands_alone(city: Any, at_work: Any) -> None:
    report = await make(city)
    page = (await city.leader.raw(f"/v1/coordination-reports/{report['id']}/page")).decode()
    assert "2026年上半年监督工作统筹衔接情况报告" in page
    assert report["digest"] in page
    assert "<script" not in page
    assert "http" not in page


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"period": "2026-H2"}, "report_day_not_over"),
        ({"period": "2026-H1", "as_of": "2026-07-01"}, "report_day_not_over"),
        ({"period": "2026-H1", "as_of": "2025-12-31"}, "report_day_outside_period"),
    ],
)
async def test_only_a_day_that_is_over_can_be_told(city: Any, at_work: Any, body: Any, code: str) -> None:
    assert (await city.leader.post("/v1/coordination-reports", body, expect=422))["code"] == code


async def test_a_report_is_contributed_to_heard_and_its_decisions_tracked(city: Any, at_work: Any) -> None:
    handler, _ = at_work
    report = await make(city)
    path = f"/v1/coordination-reports/{report['id']}"
    part = {"text": "本室情况", "difficulties": ["人手不足"]}
    await city.leader.post(f"{path}/contribute", part)
    await city.leader.post(f"{path}/contribute", {**part, "text": "更正"})
    assert (await city.leader.post(f"{path}/hear", {"heard_on": "2026-07-20", "minutes_ref": "1"}, expect=409))[
        "allowed_moves"
    ] == ["contribute", "collect"]
    collected = await city.leader.post(f"{path}/collect")
    assert [one["text"] for one in collected["contributions"]] == ["更正"]
    await city.leader.post(f"{path}/review")
    await city.leader.post(f"{path}/hear", {"heard_on": "2026-07-20", "minutes_ref": "常委会纪要5号"})
    decisions = [{"text": "补充力量", "unit": "sup2-xn", "due_on": "2026-09-30"}] * 2
    await city.leader.post(f"{path}/issue-decisions", {"decisions": decisions})
    refused = await city.leader.post(f"{path}/track", {"outcomes": ["已补充"]}, expect=409)
    assert (refused["code"], refused["missing"]) == ("decision_without_answer", [2])
    tracked = await city.leader.post(f"{path}/track", {"outcomes": ["已补充", "正在办理"]})
    assert (tracked["state"], tracked["digest"]) == ("tracked", report["digest"])
    types = [event.type for event in await city.harness.staged_events("inspection.coordination_report")]
    said = ("opened", "contributed", "contributed", "collected", "reviewed", "heard", "decided", "tracked")
    assert types == [f"inspection.coordination_report.{verb}.v1" for verb in said]
    decided = (await city.harness.staged_events("inspection.coordination_report.decided"))[0].data
    assert decided["decisions"] == [{"unit": "sup2-xn", "due_at": "2026-09-30T15:59:59Z"}] * 2
    await city.stranger.get(path, expect=404)
    await handler.post("/v1/coordination-reports", {"period": "2026-H1"}, expect=403)


async def test_a_report_counts_no_finding_that_was_withdrawn_by_its_day(city: Any, clock: FixedClock) -> None:
    team = await city.working_team(starts_on="2026-05-11", ends_on="2026-07-20")
    found = {"category": "discipline", "severity": "minor", "text": "情况"}
    kept, dropped, later = [
        (await city.office.post(f"/v1/teams/{team['id']}/findings", found, expect=201))["id"] for _ in range(3)
    ]
    clock.instant = datetime(2026, 6, 30, 15, 59, 59, tzinfo=UTC)
    await city.office.post(f"/v1/findings/{dropped}/withdraw", {"reason": "查无实据"})
    clock.instant = datetime(2026, 6, 30, 16, tzinfo=UTC)
    report = await make(city)
    assert report["document"]["inspections"]["findings_by_severity"] == {"minor": 2}
    await city.office.post(f"/v1/findings/{later}/withdraw", {"reason": "查无实据"})
    again = await city.leader.get(f"/v1/coordination-reports/{report['id']}/made-again")
    assert (again["is_identical"], again["digest"]) == (True, report["digest"])
    assert (await city.office.get(f"/v1/findings/{kept}"))["state"] == "recorded"
