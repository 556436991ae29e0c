from typing import Any

import pytest

COOP = "su-coop"


@pytest.fixture
async def offices(city: Any) -> None:
    await city.harness.add_units(
        {"code": "pet-xn", "unit_type": "petition_office", "parent_code": "cdi-xn"},
        {"code": "cmo-xn", "unit_type": "case_management_office", "parent_code": "cdi-xn"},
        {"code": "con-xn", "unit_type": "conduct_office", "parent_code": "cdi-xn"},
    )


async def test_entry_waits_for_every_office_or_for_a_reason(city: Any, offices: None) -> None:
    team = await city.authorised_team(briefings="required")
    path = f"/v1/teams/{team['id']}"
    asked = (await city.office.get(f"{path}/briefing-requests"))["items"]
    assert [one["from_unit"] for one in asked] == ["cmo-xn", "con-xn", "pet-xn"]
    assert len(await city.harness.staged_events("inspection.briefing_request.issued")) == 3
    refused = await city.office.post(f"{path}/enter", expect=409)
    assert (refused["code"], len(refused["briefings"])) == ("briefings_open", 3)
    for one in asked:
        clerk = city.desk(f"clerk-{one['from_unit']}", one["from_unit"], "handler", "intake_officer")
        assert [mine["id"] for mine in (await clerk.get("/v1/briefing-requests"))["items"]] == [one["id"]]
        answer = {"nothing_to_report": True}
        acknowledged = await clerk.post(f"/v1/briefing-requests/{one['id']}/acknowledge", answer)
        assert acknowledged["state"] == "acknowledged"
        await clerk.get(path, expect=404)
    assert (await city.office.get(f"/v1/rounds/{team['round_id']}"))["state"] == "briefed"
    entered = await city.office.post(f"{path}/enter")
    assert (entered["state"], entered["entry_reason"]) == ("entered", None)


async def test_an_override_is_kept_and_told(city: Any, offices: None) -> None:
    team = await city.authorised_team(briefings="required")
    path = f"/v1/teams/{team['id']}"
    entered = await city.office.post(f"{path}/enter", {"override_reason": "紧急进驻"})
    assert entered["entry_reason"] == "紧急进驻"
    (event,) = await city.harness.staged_events("inspection.team.entered")
    assert event.data["briefings_overridden"] is True


async def test_without_asking_nothing_is_waited_for(city: Any, offices: None) -> None:
    team = await city.working_team()
    assert team["state"] == "entered"
    refused = await city.office.post(f"/v1/teams/{team['id']}/briefing-requests", expect=409)
    assert refused["code"] == "team_is_not_preparing"


async def test_only_the_asked_office_answers_and_only_with_something(city: Any, offices: None) -> None:
    team = await city.authorised_team()
    body = {"from_units": ["pet-xn"], "due_on": "2026-11-27"}
    asked = await city.office.post(f"/v1/teams/{team['id']}/briefing-requests", body, expect=201)
    (one,) = asked["items"]
    assert one["due_at"] == "2026-11-27T15:59:59Z"
    path = f"/v1/briefing-requests/{one['id']}"
    other = city.desk("clerk", "cmo-xn", "case_supervisor")
    await other.post(f"{path}/acknowledge", {"nothing_to_report": True}, expect=404)
    clerk = city.desk("clerk", "pet-xn", "intake_officer")
    assert (await clerk.post(f"{path}/acknowledge", {}, expect=422))["code"] == "nothing_said"
    await city.leader.post(f"{path}/acknowledge", {"nothing_to_report": True}, expect=403)
    await city.office.post(f"{path}/withdraw")
    await clerk.post(f"{path}/acknowledge", {"nothing_to_report": True}, expect=409)
    assert (await city.office.post(f"/v1/teams/{team['id']}/enter"))["state"] == "entered"
