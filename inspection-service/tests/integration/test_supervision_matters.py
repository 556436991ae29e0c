"""The five mechanisms of a supervision matter as guarded states, over the API."""

from typing import Any

import pytest
from inspection_service.supervision_matters.domain import MOVES, MatterState

from contracts import deliberation

SCOPE = "su-coop"
BODY = {
    "title": "供销系统资金监管",
    "basis": "常委会年度监督要点",
    "theme": "fund_supervision",
    "targets": "堵塞资金监管漏洞",
    "measures": ["专项检查"],
    "scope_units": [SCOPE],
    "starts_on": "2026-01-01",
    "ends_on": "2027-12-31",
    "report_every_days": 30,
}
DECISION = {"minutes_ref": "常委会纪要〔2026〕3号", "decided_on": "2026-11-20", "lead_unit": "sup2-xn", "co_units": []}
TASK = {"unit": "sup2-xn", "task": "开展专项检查", "due_on": "2026-12-31"}
MEETING = {"held_on": "2026-11-23", "agenda": "研讨", "minutes_ref": "会议纪要1", "conclusion": "继续推进"}
PROGRESS = {"done": "已检查三家"}
EVALUATION = {
    "criteria": [{"criterion": "漏洞整改率", "score": 92, "evidence_ref": "材料1"}],
    "conclusion": "effective",
    "opinion": "成效明显",
}


class Cast:
    """Who is who around a matter: the lead's handler, a leader of the commission, an evaluator from elsewhere."""

    def __init__(self, city: Any) -> None:
        self.city = city
        self.handler = city.desk("handler", "sup2-xn", "handler")
        self.leader = city.leader
        self.evaluator = city.desk("evaluator", "cdi-xn", "case_supervisor")

    async def propose(self, **more: Any) -> str:
        made = await self.handler.post("/v1/supervision-matters", {**BODY, **more}, expect=201)
        return f"/v1/supervision-matters/{made['id']}"

    async def at_work(self, **more: Any) -> str:
        path = await self.propose(**more)
        await self.leader.post(f"{path}/decide", DECISION)
        await self.handler.post(f"{path}/assign-task", TASK)
        await self.handler.post(f"{path}/start")
        return path

    async def evaluated(self, **more: Any) -> str:
        path = await self.at_work()
        await self.handler.post(f"{path}/discuss", MEETING)
        await self.handler.post(f"{path}/report", PROGRESS)
        await self.evaluator.post(f"{path}/evaluate", {**EVALUATION, **more})
        return path


@pytest.fixture
def cast(city: Any) -> Cast:
    return Cast(city)


async def test_a_matter_goes_through_the_five_mechanisms_to_its_closing(cast: Cast, city: Any) -> None:
    path = await cast.evaluated()
    closed = await cast.leader.post(f"{path}/close")
    assert (closed["state"], closed["conclusion"]) == ("closed", "effective")
    kinds = [record["kind"] for record in closed["records"]]
    assert kinds == ["decide", "assign-task", "start", "discuss", "report", "evaluate", "close"]
    told = [event.type for event in await city.harness.staged_events("inspection.matter")]
    assert told == [f"inspection.matter.{verb}.v1" for verb in ("decided", "reported", "evaluated", "closed")]


@pytest.mark.parametrize("state", list(MatterState))
def test_every_state_allows_what_the_table_says(state: str) -> None:
    allowed = {
        "proposed": ["decide"],
        "decided": ["assign-task", "start"],
        "in_progress": ["assign-task", "discuss", "report", "raise-difficulty", "evaluate", "carry-over"],
        "rectifying": ["assign-task", "discuss", "report", "raise-difficulty", "evaluate", "carry-over"],
        "evaluated": ["close", "rectify", "carry-over"],
        "carried_over": ["start"],
        "closed": ["reopen"],
    }
    assert MOVES.allowed(state) == allowed[state]


async def test_a_move_the_state_forbids_names_what_is_allowed(cast: Cast) -> None:
    path = await cast.propose()
    refused = await cast.leader.post(f"{path}/close", expect=409)
    assert (refused["code"], refused["state"], refused["allowed_moves"]) == ("move_refused", "proposed", ["decide"])


async def test_work_does_not_start_before_it_is_split(cast: Cast) -> None:
    path = await cast.propose()
    await cast.leader.post(f"{path}/decide", DECISION)
    assert (await cast.handler.post(f"{path}/start", expect=409))["code"] == "no_task_assigned"


async def test_two_matters_about_the_same_need_a_reason(cast: Cast) -> None:
    first = await cast.at_work()
    second = await cast.propose(title="重复事项")
    await cast.leader.post(f"{second}/decide", DECISION)
    await cast.handler.post(f"{second}/assign-task", TASK)
    refused = await cast.handler.post(f"{second}/start", expect=409)
    assert (refused["code"], refused["matters"]) == ("matters_overlap", [first.rsplit("/", 1)[1]])
    started = await cast.handler.post(f"{second}/start", {"overlap_reason": "分工不同"})
    assert started["state"] == "in_progress"


async def test_nothing_is_evaluated_before_it_was_discussed_and_reported_on(cast: Cast) -> None:
    path = await cast.at_work()
    assert (await cast.evaluator.post(f"{path}/evaluate", EVALUATION, expect=409))["code"] == "matter_not_discussed"
    await cast.handler.post(f"{path}/discuss", MEETING)
    refused = await cast.evaluator.post(f"{path}/evaluate", EVALUATION, expect=409)
    assert (refused["code"], refused["due"], refused["filed"]) == ("progress_reports_overdue", 1, 0)


async def test_the_handlers_own_unit_may_not_evaluate(cast: Cast, city: Any) -> None:
    path = await cast.at_work()
    await cast.handler.post(f"{path}/discuss", MEETING)
    await cast.handler.post(f"{path}/report", PROGRESS)
    own_leader = city.desk("own-leader", "sup2-xn", "leader")
    for desk in (cast.handler, own_leader):
        assert (await desk.post(f"{path}/evaluate", EVALUATION, expect=403))["code"] == "evaluator_not_independent"
    assert (await cast.evaluator.post(f"{path}/evaluate", EVALUATION))["state"] == "evaluated"


async def test_only_units_at_work_report(cast: Cast) -> None:
    path = await cast.at_work()
    assert (await cast.evaluator.post(f"{path}/report", PROGRESS, expect=403))["code"] == "unit_not_at_work"


async def test_what_was_not_effective_is_not_closed_but_put_right_or_carried_over(cast: Cast) -> None:
    path = await cast.evaluated(conclusion="partly_effective")
    refused = await cast.leader.post(f"{path}/close", expect=409)
    assert (refused["code"], refused["conclusion"]) == ("matter_not_effective", "partly_effective")
    assert (await cast.leader.post(f"{path}/rectify", {"reason": "补齐制度"}))["state"] == "rectifying"
    wrong = {"ends_on": "2026-12-01", "reason": "x"}
    assert (await cast.leader.post(f"{path}/carry-over", wrong, expect=422))["errors"][0]["pointer"] == "/ends_on"
    carried = await cast.leader.post(f"{path}/carry-over", {"ends_on": "2028-06-30", "reason": "下半年继续"})
    assert (carried["state"], carried["ends_on"]) == ("carried_over", "2028-06-30")
    assert (await cast.handler.post(f"{path}/start"))["state"] == "in_progress"


async def test_a_recurrence_reopens_the_closed_matter_and_links_the_new_one(cast: Cast, city: Any) -> None:
    path = await cast.evaluated()
    await cast.leader.post(f"{path}/close")
    first = path.rsplit("/", 1)[1]
    again = await cast.handler.post("/v1/supervision-matters", {**BODY, "title": "同类问题再次发生"}, expect=201)
    assert again["recurrence_of"] == first
    reopened = await cast.leader.get(path)
    assert (reopened["state"], reopened["recurrences"], reopened["closed_on"]) == ("in_progress", 1, None)
    assert reopened["records"][-1]["document"] == {"matter_id": again["id"]}
    assert len(await city.harness.staged_events("inspection.matter.reopened")) == 1
    other = await cast.handler.post("/v1/supervision-matters", {**BODY, "scope_units": ["su-housing"]}, expect=201)
    assert other["recurrence_of"] is None


async def test_a_difficulty_becomes_directed_support_exactly_once(cast: Cast, city: Any) -> None:
    path = await cast.at_work()
    body = {"text": "缺少审计力量", "referral": "directed_support", "support_kind": "audit"}
    city.peers.pool_line.lose("lost_answer", "/v1/directed-supports")
    await cast.handler.post(f"{path}/raise-difficulty", body)
    for _ in range(3):
        await city.make_jobs_due()
        await city.run_jobs()
    (support,) = city.peers.pool.supports.values()
    assert (support["kind"], support["requesting_unit"]) == ("audit", "sup2-xn")
    assert support["linked_ref"] == f"matter:{path.rsplit('/', 1)[1]}"
    (referral,) = (await cast.leader.get(path))["referrals"]
    assert (referral["state"], referral["support_id"]) == ("requested", support["id"])
    (event,) = await city.harness.staged_events("inspection.matter.referred")
    assert "审计" not in str(event.data)


async def test_a_difficulty_convenes_one_consultation_and_follows_it(cast: Cast, city: Any) -> None:
    path = await cast.at_work()
    city.peers.clue_line.lose("lost_answer", "/v1/consultation-referrals")
    raised = await cast.handler.post(f"{path}/raise-difficulty", {"text": "管辖不清", "referral": "consultation"})
    assert [one["state"] for one in raised["referrals"]] == ["asking"]
    for _ in range(3):
        await city.make_jobs_due()
        await city.run_jobs()
    ((origin, convened),) = city.peers.clue.consultations.items()
    (referral,) = (await cast.leader.get(path))["referrals"]
    assert origin == f"difficulty:{referral['difficulty_id']}"
    assert (referral["state"], referral["consultation_id"]) == ("requested", convened["id"])
    body = city.peers.clue.bodies[-1]
    assert (body["topic"], body["convener_unit"], body["units"]) == ("管辖不清", "sup2-xn", ["sup2-xn"])
    (event,) = await city.harness.staged_events("inspection.matter.referred")
    assert event.data["referral"] == "consultation"
    assert "管辖" not in str(event.data)
    told = {"consultation_id": convened["id"], "kind": "difficulty", "convener_unit": "sup2-xn"}
    held = deliberation.ConsultationHeld.model_validate({**told, "state": "held"})
    await city.harness.deliver(held, version=4)
    await city.harness.deliver(
        deliberation.ConsultationApproved.model_validate({**told, "state": "approved"}), version=2
    )
    (referral,) = (await cast.leader.get(path))["referrals"]
    assert referral["consultation_state"] == "held"


async def test_a_consultation_that_is_refused_is_said_with_its_code(cast: Cast, city: Any) -> None:
    path = await cast.at_work()
    city.peers.clue.refuse_with = "unknown_unit"
    await cast.handler.post(f"{path}/raise-difficulty", {"text": "管辖不清", "referral": "consultation"})
    await city.run_jobs()
    (referral,) = (await cast.leader.get(path))["referrals"]
    assert (referral["state"], referral["refusal_code"]) == ("refused", "unknown_unit")
    assert await city.harness.staged_events("inspection.matter.referred") == []


async def test_strangers_meet_no_matter_and_unknown_units_are_refused_by_field(cast: Cast, city: Any) -> None:
    path = await cast.at_work()
    await city.stranger.get(path, expect=404)
    await city.stranger.post(f"{path}/evaluate", EVALUATION, expect=404)
    assert (await city.stranger.get("/v1/supervision-matters"))["items"] == []
    refused = await cast.handler.post("/v1/supervision-matters", {**BODY, "ends_on": "2025-01-01"}, expect=422)
    assert refused["errors"][0]["code"] == "ends_before_start"
