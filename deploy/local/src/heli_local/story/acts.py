"""The four acts of the story, through the gateway only. Each step checks what it says."""

import asyncio
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from heli_local.city.units import COOPERATIVE
from heli_local.story.desk import Desk, require, until
from heli_local.story.stage import CATEGORIES, HOUSING, SAME_MATTER, Stage

DAYS, FINDINGS, HANDED_OVER = 14, 17, 8


async def today(stage: Stage) -> date:
    """The platform's civil date."""
    answer = await stage.client.post("/dev/clock", json={"advance_s": 0})
    instant = datetime.fromisoformat(answer.json()["now"])
    return instant.astimezone(ZoneInfo("Asia/Shanghai")).date()


async def one_matter_three_commissions(stage: Stage) -> None:
    """Act 1: reported three times in different words, met at intake, led once."""
    stage.act(1, "One matter, three commissions")
    received = str(await today(stage))
    desks = [stage["letter-clerk"], stage["hotline-clerk"], stage["supervisor-xn"]]
    clues = []
    for desk, words, before in zip(desks, SAME_MATTER, ([], ["cdi-dh"], ["cdi-dh", "cdi-xs"]), strict=True):
        clue = (await desk.post("/v1/clues", {**words, "received_on": received}, expect=201)).body
        hits = [one["hit"]["unit"] for one in clue["candidates"] if one["blind"]]
        require(hits == before, f"{desk.unit}: blind hits {hits}, expected {before}")
        require(_is_blind(clue["candidates"]), "a blind hit shows more than unit, stage and contact")
        clues.append(clue)
        told = f"blind hits: {', '.join(hits)}" if hits else "nothing known yet"
        await stage.step(f"{desk.unit} registers {clue['clue_no']} by {words['channel']}: {told}")
    supervisors = [stage["supervisor-dh"], stage["supervisor-xs"], stage["supervisor-xn"]]
    alerts = [await until("the overlap alert", _one_alert, desk) for desk in supervisors]
    require(len({alert["id"] for alert in alerts}) == 1, "the commissions see different alerts")
    require(not _mentions_foreign_clue(alerts, clues), "an alert shows another commission's clue")
    await stage.step("one overlap alert reaches all three, none sees another's clue")
    alert_id = alerts[0]["id"]
    for desk in supervisors:
        await desk.post(f"/v1/overlap-alerts/{alert_id}/acknowledge")
    vote = {"outcome": "lead_designated", "lead_unit": "cdi-xn"}
    for desk in supervisors:
        await desk.post(f"/v1/overlap-alerts/{alert_id}/resolve", vote)
    await stage.step("three votes designate cdi-xn as the one lead")
    await _bring_to_proposal(stage["supervisor-dh"], clues[0]["id"], "sup1-dh", {"offline_ref": "东湖纪批〔2026〕7号"})
    proposal = {"method": "talk_inquiry", "reason": "demo"}
    refusal = await stage["handler-dh"].post(f"/v1/clues/{clues[0]['id']}/propose-disposition", proposal, expect=409)
    require(refusal.code == "matter_led_elsewhere", f"the rival was refused with {refusal.code}")
    await stage.step("the rival commission's disposition is refused: matter_led_elsewhere")
    stage.facts |= {"lead_clue": clues[2]["id"], "alert": alert_id, "rival_clue": clues[0]["id"]}


async def from_register_to_result(stage: Stage) -> None:
    """Act 2: the life of the leading clue, and who is told of its outcome."""
    stage.act(2, "A clue from registration to result")
    path = f"/v1/clues/{stage.facts['lead_clue']}"
    await _bring_to_proposal(stage["supervisor-xn"], stage.facts["lead_clue"], "inv1-xn", "leader-xn")
    await stage.step("accepted and assigned to inv1-xn")
    proposal = {"method": "talk_inquiry", "reason": "demo"}
    await stage["handler-xn"].post(f"{path}/propose-disposition", proposal)
    approved = (await stage["leader-xn"].post(f"{path}/approve-disposition")).body
    require(approved["status"] == "talk_inquiry", f"approved into {approved['status']}")
    await stage.step("talk-inquiry proposed by the handler, approved by the leader")
    result = {"outcome": "first_form", "four_forms": 1}
    closed = (await stage["handler-xn"].post(f"{path}/record-result", result)).body
    require((closed["status"], closed["closure"]) == ("closed", "first_form"), "the result is not recorded")
    await stage.step("result recorded: closed, first of the four forms")
    unit = await stage["supervisor-xn"].get(f"/v1/units/{HOUSING}")
    require(unit["linked_office"] == stage["linked-office"].unit, "the cast does not fit the city")
    for name in ("linked-office", "dispatched-group"):
        await until(f"notice to {name}", has_notice, stage[name], stage.facts["lead_clue"])
    await stage.step("linked supervision office and dispatched group are told of the outcome")


async def mobile_inspection(stage: Stage) -> None:
    """Act 3: fourteen days at the supply and marketing co-operative."""
    stage.act(3, "A 14-day mobile inspection of the supply and marketing co-operative")
    office = stage["inspection-office"]
    team = await _assemble(stage, office)
    await _consent(stage, team["secondment_id"])
    await stage.step("every home unit approves the secondment")
    await office.post(f"/v1/teams/{team['id']}/submit")
    await stage["inspection-leader"].post(f"/v1/teams/{team['id']}/authorise")
    entered = (await office.post(f"/v1/teams/{team['id']}/enter")).body
    require(entered["state"] == "entered", f"the team is {entered['state']}")
    await stage.step("the team is authorised for this round and enters")
    findings = await _record_findings(stage, team["id"])
    await stage.step(f"{FINDINGS} findings are recorded")
    await _hand_over(stage, findings)
    summary = await office.get(f"/v1/rounds/{stage.facts['round']}/summary")
    figures = (summary["days"], summary["findings"], summary["clues_handed_over"])
    require(figures == (DAYS, FINDINGS, HANDED_OVER), f"the summary shows {figures}")
    await stage.step(f"the round's summary: days / findings / clues {' / '.join(map(str, figures))}")


async def who_was_told(stage: Stage) -> None:
    """Act 4: everyone who had to know has the notice, nobody else has."""
    stage.act(4, "Everyone who had to know was told, nobody else")
    alert, lead = stage.facts["alert"], stage.facts["lead_clue"]
    for name in ("supervisor-dh", "supervisor-xs", "supervisor-xn", "letter-clerk", "hotline-clerk"):
        await until(f"alert notice to {name}", has_notice, stage[name], alert)
    await stage.step("all three case-management offices hold the notice of the overlap")
    for name, item in (("handler-xn", lead), ("leader-xn", lead), ("handler-dh", stage.facts["rival_clue"])):
        await until(f"notice to {name}", has_notice, stage[name], item)
    for approver in stage.facts["approvers"]:
        notice = await until(f"notice to {approver}", _any_notice, stage[approver])
        require(notice, f"{approver} was not asked")
    await stage.step("handlers, leaders and home units hold theirs")
    for name in ("supervisor-lh", "other-office"):
        held = await stage[name].every("/v1/notifications")
        require(held == [], f"{name} holds {len(held)} notices that are none of its business")
    foreign = await has_notice(stage["dispatched-group"], alert) or await has_notice(stage["supervisor-xs"], lead)
    require(not foreign, "a notice went to somebody who need not know")
    await stage.step("the uninvolved commission and office hold none")


async def has_notice(desk: Desk, item_id: str) -> bool:
    """Whether the desk's inbox holds a notice about an item."""
    return any(notice["item_id"] == item_id for notice in await desk.every("/v1/notifications"))


async def _any_notice(desk: Desk) -> bool:
    return bool(await desk.every("/v1/notifications"))


async def _one_alert(desk: Desk) -> dict[str, Any] | None:
    alerts: list[dict[str, Any]] = await desk.every("/v1/overlap-alerts")
    return alerts[0] if len(alerts) == 1 else None


def _is_blind(candidates: list[dict[str, Any]]) -> bool:
    return all(
        set(one) == {"id", "blind", "hit"} and set(one["hit"]) == {"unit", "stage", "contact"}
        for one in candidates
        if one["blind"]
    )


def _mentions_foreign_clue(alerts: list[dict[str, Any]], clues: list[dict[str, Any]]) -> bool:
    return any(
        other["id"] in str(alert)
        for alert, own in zip(alerts, clues, strict=True)
        for other in clues
        if other is not own
    )


async def _bring_to_proposal(supervisor: Desk, clue_id: str, lead_unit: str, approved_by: Any) -> None:
    await supervisor.post(f"/v1/clues/{clue_id}/accept")
    assignment = {"lead_unit": lead_unit, "co_units": [], "approved_by": approved_by}
    await supervisor.post(f"/v1/clues/{clue_id}/assign", assignment)


async def _assemble(stage: Stage, office: Desk) -> dict[str, Any]:
    starts = await today(stage)
    cadres = await stage["pool-manager"].every("/v1/cadres")
    ids = {cadre["sub"]: cadre["id"] for cadre in cadres if cadre.get("sub")}
    homes = {cadre["id"]: cadre["home_unit"] for cadre in cadres}
    order = {
        "title": "夏宁市委机动巡察：市供销合作社",
        "level": "city",
        "type": "mobile",
        "mode": "ordinary",
        "starts_on": str(starts),
        "ends_on": str(starts + timedelta(days=DAYS - 1)),
        "report_due_days": 15,
        "feedback_due_days": 30,
        "targets": [{"unit_code": COOPERATIVE, "profile": "mobile_continuity"}],
    }
    stage.facts["round"] = (await office.post("/v1/rounds", order, expect=201)).body["id"]
    run = (
        await office.post(f"/v1/rounds/{stage.facts['round']}/assembly-runs", {"pins": [], "bans": []}, expect=202)
    ).body
    done = await until("the assembly", _finished_run, office, run["id"])
    members = done["teams"][0]["members"]
    by_role = {member["role"]: member["cadre_id"] for member in members}
    require(done["unmet"] == [], f"rules unmet: {done['unmet']}")
    require(by_role["leader"] == ids["user-commissioner"], "the leader did not take part in the last regular round")
    require(by_role["deputy_leader"] == ids["user-office-deputy"], "the deputy is not of the linked office")
    require(
        ids["user-kin-of-target"] not in [member["cadre_id"] for member in members], "a recused person is on the team"
    )
    sources = {homes[member["cadre_id"]] for member in members}
    require("insp-xn" in sources and len(sources) > 1, f"members come from {sources} only")
    proof = f"{done['status']}, gap {done['gap']}"
    await stage.step(f"{len(members)} of {len(cadres)} people assembled ({proof}); the recused one is left out")
    adopted = (await office.post(f"/v1/assembly-runs/{run['id']}/adopt")).body
    team: dict[str, Any] = adopted["teams"][0]
    stage.facts["team"] = team["id"]
    return team


async def _finished_run(office: Desk, run_id: str) -> dict[str, Any] | None:
    run: dict[str, Any] = await office.get(f"/v1/assembly-runs/{run_id}")
    return None if run["status"] in ("queued", "running") else run


async def _consent(stage: Stage, secondment_id: str) -> None:
    secondment = await stage["pool-manager"].get(f"/v1/secondments/{secondment_id}")
    homes = sorted({seat["home_unit"] for seat in secondment["members"]})
    stage.facts["approvers"] = [f"approver-{home}" for home in homes]
    for home, name in zip(homes, stage.facts["approvers"], strict=True):
        desk = await stage.desk_of(name, home, "home_unit_approver")
        await desk.post(f"/v1/secondments/{secondment_id}/approve")
    after = await stage["pool-manager"].get(f"/v1/secondments/{secondment_id}")
    require(after["state"] == "approved", f"the secondment is {after['state']}")


async def _record_findings(stage: Stage, team_id: str) -> list[str]:
    inspector, ids = stage["user-commissioner"], []
    for number in range(FINDINGS):
        finding: dict[str, Any] = {
            "category": CATEGORIES[number % len(CATEGORIES)],
            "severity": ("minor", "serious", "grave")[number % 3],
            "text": f"巡察发现第{number + 1}项：供销合作社资产出租未按规定公开招租，编号{number + 1:02d}。",
        }
        if number < HANDED_OVER:
            finding["person"] = {"name": _PERSONS[number], "unit_code": COOPERATIVE, "post": "部门负责人"}
        ids.append((await inspector.post(f"/v1/teams/{team_id}/findings", finding, expect=201)).body["id"])
    return ids


_PERSONS = ("贺立东", "孟晓霞", "秦志远", "江海涛", "邹玉平", "熊建明", "龚文芳", "覃思宇")


async def _hand_over(stage: Stage, findings: list[str]) -> None:
    inspector, office, cmo = stage["user-commissioner"], stage["inspection-office"], stage["supervisor-xn"]
    for finding_id in [*findings[:HANDED_OVER], *findings[:HANDED_OVER]]:  # each twice: a repeat makes no second clue
        await inspector.post(f"/v1/findings/{finding_id}/hand-over")

    async def arrived() -> list[dict[str, Any]] | None:
        clues = await cmo.every("/v1/clues?source=INSPECTION")
        handed = [clue for clue in clues if str(clue["origin_ref"]).startswith("finding:")]
        require(len(handed) <= HANDED_OVER, f"{len(handed)} clues were made of {HANDED_OVER} findings")
        return handed if len(handed) == HANDED_OVER else None

    handed = await until("the clues of the hand-over", arrived)
    await stage.step(f"{HANDED_OVER} are handed over, twice each; clue-service holds exactly {len(handed)}")
    await asyncio.gather(*(cmo.post(f"/v1/clues/{clue['id']}/accept") for clue in handed))

    async def progress() -> bool:
        round_findings = await office.every(f"/v1/teams/{stage.facts['team']}/findings")
        return [finding["clue_status"] for finding in round_findings].count("accepted") == HANDED_OVER

    await until("progress coming back", progress)
    await stage.step("the commission accepts them; numbers and progress are back at the findings")
