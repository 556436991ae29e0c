from typing import Any

import pytest
from chassis.testing.harness import Harness
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

COOP = "su-coop"


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"ends_on": "2026-11-23"}, "", "ends_before_start"),
        ({"targets": []}, "", "targets_required"),
        ({"targets": [{"unit_code": COOP}, {"unit_code": COOP}]}, "/targets", "duplicate_target"),
        ({"targets": [{"unit_code": "su-nowhere"}]}, "/targets/0/unit_code", "unknown_unit"),
        ({"targets": [{"unit_code": COOP, "profile": "astrology"}]}, "/targets/0/profile", "unknown_profile"),
        (
            {"targets": [{"unit_code": COOP, "demands": [{"role": "leader", "count": -1}]}]},
            "/targets/0/demands/0/count",
            "greater_than_equal",
        ),
        (
            {"targets": [{"unit_code": COOP, "demands": [{"role": "captain", "count": 1}]}]},
            "/targets/0/demands/0/role",
            "enum",
        ),
        (
            {"targets": [{"unit_code": COOP, "demands": [{"role": "leader", "pool_kinds": ["choir"]}]}]},
            "/targets/0/demands/0/pool_kinds/0",
            "literal_error",
        ),
        ({"type": "festive"}, "/type", "literal_error"),
        ({"extra": 1}, "/extra", "extra_forbidden"),
        ({"ends_on": "9999-12-31"}, "/ends_on", "less_than_equal"),
        ({"starts_on": "tomorrow"}, "/starts_on", "date_from_datetime_parsing"),
    ],
)
async def test_a_wrong_round_is_refused_by_field_and_nothing_is_stored(
    city: Any, change: dict[str, Any], pointer: str, code: str
) -> None:
    refused = await city.office.post("/v1/rounds", city.round_body(**change), expect=422)
    assert [(one["pointer"], one["code"]) for one in refused["errors"]] == [(pointer, code)]
    assert (await city.office.get("/v1/rounds"))["items"] == []
    assert await city.harness.staged_events() == []


async def test_a_planned_round_is_read_back_with_defaults_and_an_etag(city: Any) -> None:
    planned = await city.office.post("/v1/rounds", city.round_body(targets=[{"unit_code": COOP}]), expect=201)
    assert await city.office.get(f"/v1/rounds/{planned['id']}") == planned
    assert (planned["state"], planned["days"], planned["office_unit"]) == ("planned", 14, "insp-xn")
    (target,) = planned["targets"]
    assert (target["commission"], target["team_id"]) == ("cdi-xn", None)
    assert [(seat["role"], seat["count"]) for seat in target["demands"]] == [
        ("leader", 1),
        ("deputy_leader", 1),
        ("liaison", 1),
        ("member", 3),
    ]
    (event,) = await city.harness.staged_events()
    assert (event.type, event.data["target_units"]) == ("inspection.round.planned.v1", [COOP])


async def test_a_past_round_is_closed_and_keeps_who_took_part(city: Any) -> None:
    await city.record_past()
    (past,) = (await city.office.get("/v1/rounds?state=closed&type=regular"))["items"]
    assert (past["state"], past["closed_on"], past["allowed_moves"]) == ("closed", "2025-12-19", [])
    assert past["past"]["teams"][0]["members"][0]["cadre_id"] == str(city.cadres["commissioner"])
    refused = await city.office.post(f"/v1/rounds/{past['id']}/assembly-runs", expect=409)
    assert refused["code"] == "round_is_over"
    assert await city.harness.staged_events("inspection.round") == []


async def test_a_repeated_plan_is_one_round(city: Any) -> None:
    first = await city.office.post("/v1/rounds", city.round_body(), expect=201, Idempotency_Key="plan-0001")
    again = await city.office.post("/v1/rounds", city.round_body(), expect=201, Idempotency_Key="plan-0001")
    assert first == again
    body = city.round_body(title="另一轮")
    refused = await city.office.post("/v1/rounds", body, expect=422, Idempotency_Key="plan-0001")
    assert refused["code"] == "idempotency_key_reused"


async def test_rounds_are_listed_newest_first_page_by_page(city: Any) -> None:
    ids = [(await city.office.post("/v1/rounds", city.round_body(), expect=201))["id"] for _ in range(3)]
    first = await city.office.get("/v1/rounds?limit=2")
    rest = await city.office.get(f"/v1/rounds?limit=2&cursor={first['next_cursor']}")
    assert [one["id"] for one in first["items"] + rest["items"]] == ids[::-1]
    assert rest["next_cursor"] is None
    await city.office.get("/v1/rounds?cursor=nonsense", expect=422)


async def test_who_does_not_oversee_a_round_does_not_find_it(city: Any) -> None:
    planned = await city.office.post("/v1/rounds", city.round_body(), expect=201)
    path = f"/v1/rounds/{planned['id']}"
    assert (await city.leader.get(path))["id"] == planned["id"]
    outsiders = [
        city.stranger,
        city.desk("other", "insp-dh", "inspection_office"),
        city.desk("admin", "pc-xn", "platform_admin"),
        city.desk("handler", "sup2-xn", "handler"),
        city.desk("lost", "su-nowhere", "leader"),
    ]
    for desk in outsiders:
        await desk.get(path, expect=404)
        await desk.get(f"{path}/summary", expect=404)
        await desk.get(f"{path}/teams", expect=404)
        assert (await desk.get("/v1/rounds"))["items"] == []
    await city.stranger.get(f"{path}/assembly-runs", expect=404)
    await city.office.get("/v1/rounds/not-an-id", expect=404)


async def test_roles_and_units_are_asked_for_before_anything_is_planned(city: Any) -> None:
    refused = await city.leader.post("/v1/rounds", city.round_body(), expect=403)
    assert refused["code"] == "role_required"
    nowhere = city.desk("nowhere", None, "inspection_office")
    assert (await nowhere.post("/v1/rounds", city.round_body(), expect=403))["code"] == "unit_required"


async def test_a_round_moves_by_its_table_and_stale_versions_are_refused(city: Any) -> None:
    planned = await city.office.post("/v1/rounds", city.round_body(), expect=201)
    path = f"/v1/rounds/{planned['id']}"
    approved = await city.leader.post(f"{path}/approve", If_Match='"1"')
    assert (approved["state"], approved["version"]) == ("approved", 2)
    assert (await city.leader.post(f"{path}/authorise", expect=412, If_Match='"1"'))["code"] == "stale_version"
    refused = await city.office.post(f"{path}/report", expect=409)
    assert (refused["state"], refused["allowed_moves"]) == ("approved", ["authorise"])
    assert (await city.office.post(f"{path}/authorise", expect=403))["code"] == "role_required"


async def test_a_round_closes_once_its_teams_have_and_becomes_history(city: Any) -> None:
    body = city.round_body(type="regular", targets=[{"unit_code": COOP}])
    planned = await city.office.post("/v1/rounds", body, expect=201)
    path = f"/v1/rounds/{planned['id']}"
    run_id = await city.proposed_run(planned["id"], {COOP: ["c0", "c1"]})
    (team,) = (await city.office.post(f"/v1/assembly-runs/{run_id}/adopt"))["teams"]
    city.peers.pool.approve_all(team["secondment_id"])
    await city.office.post(f"/v1/teams/{team['id']}/submit")
    await city.leader.post(f"/v1/teams/{team['id']}/authorise")
    await city.office.post(f"/v1/teams/{team['id']}/enter")
    refused = await city.office.post(f"{path}/close", expect=409)
    assert (refused["code"], refused["teams"]) == ("round_has_open_teams", [team["id"]])
    await city.office.post(f"/v1/teams/{team['id']}/close")
    assert (await city.office.post(f"{path}/close"))["closed_on"] == "2026-11-23"
    assert not (await city.office.get(f"/v1/teams/{team['id']}"))["authorization"]["is_valid"]
    await city.run_jobs()
    mobile = await city.office.post(
        "/v1/rounds", city.round_body(starts_on="2027-01-04", ends_on="2027-01-08"), expect=201
    )
    run = await city.assemble(mobile["id"])
    leader = next(m["cadre_id"] for m in run["teams"][0]["members"] if m["role"] == "leader")
    assert leader in {str(city.cadres["c0"]), str(city.cadres["c1"])}
    types = [
        event.type
        for event in await city.harness.staged_events("inspection.round")
        if event.aggregate_id == planned["id"]
    ]
    assert types == [f"inspection.round.{name}.v1" for name in ("planned", "authorised", "entered", "closed")]


async def test_a_proposal_can_be_neither_changed_nor_removed_by_the_service(city: Any, harness: Harness) -> None:
    planned = await city.office.post("/v1/rounds", city.round_body(), expect=201)
    await city.proposed_run(planned["id"], {COOP: ["c0"]})
    for statement in ("update assembly_proposal set seconds = 0", "delete from assembly_proposal"):
        async with harness.resources.database.sessions() as session:
            with pytest.raises(DBAPIError, match="permission denied"):
                await session.execute(text(statement))
