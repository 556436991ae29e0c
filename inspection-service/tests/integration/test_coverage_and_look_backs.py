from typing import Any

COOP = "su-coop"
TIMES = {"starts_on": "2027-03-01", "ends_on": "2027-03-14"}


async def test_coverage_says_who_was_inspected_and_who_is_due(city: Any) -> None:
    await city.record_past()
    seen = await city.office.get("/v1/coverage")
    by_unit = {one["unit_code"]: one for one in seen["items"]}
    assert by_unit[COOP]["status"] == "covered"
    assert (by_unit[COOP]["last"]["round_type"], by_unit[COOP]["next_due_on"]) == ("regular", "2030-12-19")
    assert by_unit["su-housing"]["status"] == "never"
    assert seen["counts"]["covered"] == 1
    await city.office.put(f"/v1/coverage-plans/{COOP}", {"interval_months": 6})
    await city.office.put("/v1/coverage-plans/su-housing", {"interval_months": 36, "first_due_on": "2027-01-01"})
    overdue = await city.office.get("/v1/coverage?status=overdue")
    assert [one["unit_code"] for one in overdue["items"]] == [COOP]
    assert [one["unit_code"] for one in (await city.office.get("/v1/coverage?status=due_soon"))["items"]] == [
        "su-housing"
    ]
    early = await city.office.get("/v1/coverage?as_of=2025-06-01")
    assert {one["unit_code"]: one["inspections"] for one in early["items"]} == {COOP: 0, "su-housing": 0}


async def test_a_round_under_way_is_told_and_coverage_is_nobody_elses_business(city: Any) -> None:
    team = await city.working_team()
    (coop,) = [one for one in (await city.leader.get("/v1/coverage"))["items"] if one["unit_code"] == COOP]
    assert (coop["status"], coop["current"]["round_id"]) == ("under_way", team["round_id"])
    assert (await city.stranger.get("/v1/coverage"))["items"] == []
    assert (await city.desk("coop-head", COOP, "leader").get("/v1/coverage"))["items"] == []
    await city.stranger.get(f"/v1/coverage-plans/{COOP}", expect=404)


async def open_item(city: Any) -> Any:
    team = await city.working_team()
    body = {"category": "work", "severity": "minor", "text": "问题"}
    finding = await city.office.post(f"/v1/teams/{team['id']}/findings", body, expect=201)
    fix = {"problem": "公示", "kind": "immediate_fix"}
    return await city.office.post(f"/v1/findings/{finding['id']}/rectifications", fix, expect=201)


async def test_a_look_back_is_seeded_with_what_is_open(city: Any) -> None:
    item = await open_item(city)
    clerk = city.desk("coop-clerk", COOP, "handler")
    await clerk.post(f"/v1/rectifications/{item['id']}/submit", {"report": "已公示"})
    planned = await city.office.post(
        f"/v1/rounds/{item['round_id']}/look-backs", {"title": "回头看", **TIMES}, expect=201
    )
    assert (planned["type"], planned["look_back_of"]) == ("look_back", item["round_id"])
    assert [target["unit_code"] for target in planned["targets"]] == [COOP]
    path = f"/v1/rounds/{planned['id']}/look-back-items"
    (seeded,) = (await city.office.get(path))["items"]
    assert (seeded["rectification_id"], seeded["state_when_seeded"], seeded["outcome"]) == (
        item["id"],
        "submitted",
        None,
    )
    body = {"outcome": "falsely_reported", "note": "现场未见公示"}
    (looked,) = (await city.office.post(f"{path}/{item['id']}/look-at", body))["items"]
    assert (looked["outcome"], looked["state"]) == ("falsely_reported", "falsely_reported")
    again = await city.office.post(f"{path}/{item['id']}/look-at", body, expect=409)
    assert again["code"] == "already_looked_at"
    await clerk.get(path, expect=403)


async def test_a_round_that_owes_nothing_needs_no_look_back(city: Any) -> None:
    team = await city.working_team()
    refused = await city.office.post(
        f"/v1/rounds/{team['round_id']}/look-backs", {"title": "回头看", **TIMES}, expect=409
    )
    assert refused["code"] == "nothing_open"


async def test_a_partner_office_sees_the_round_but_neither_teams_nor_findings(city: Any) -> None:
    partner = city.desk("partner", "insp-dh", "inspection_office")
    team = await city.working_team(mode="linked", partner_offices=["insp-dh"], theme="粮食购销")
    seen = await partner.get(f"/v1/rounds/{team['round_id']}")
    assert (seen["mode"], seen["theme"], seen["report_due_on"]) == ("linked", "粮食购销", "2026-12-22")
    assert (await partner.get(f"/v1/rounds/{team['round_id']}/teams"))["items"] == []
    await partner.get(f"/v1/teams/{team['id']}/findings", expect=404)
