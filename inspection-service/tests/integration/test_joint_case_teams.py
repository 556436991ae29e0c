from typing import Any
from uuid import UUID, uuid4

import pytest
from contracts.pool import CadreExited, CadreSuspended, RecusalTurned, Seat, SecondmentApproved

COOP = "su-coop"


@pytest.fixture
async def university(city: Any) -> UUID:
    await city.harness.add_units(
        {"code": "uni-cdi", "unit_type": "university_cdi", "parent_code": "pc-xn"},
        {"code": "dg-coop", "unit_type": "dispatched_group", "parent_code": "cdi-xn", "host_units": [COOP]},
    )
    backbone: UUID = city.peers.pool.add_cadre("uni-cdi", pool_kinds=["university_backbone"])
    return backbone


def proposal(city: Any, university: UUID, **more: Any) -> dict[str, Any]:
    return {
        "lead_office": "sup2-xn",
        "target_units": [COOP],
        "partner_units": ["dg-coop", "uni-cdi"],
        "clue_ids": [str(uuid4())],
        "starts_on": "2026-12-01",
        "ends_on": "2026-12-31",
        "members": [
            {"cadre_id": str(city.cadres["office-deputy"]), "role": "leader"},
            {"cadre_id": str(university), "role": "specialist"},
        ],
        **more,
    }


@pytest.fixture
def handler(city: Any) -> Any:
    return city.desk("handler", "sup2-xn", "handler")


async def approved(city: Any, handler: Any, university: UUID) -> Any:
    team = await handler.post("/v1/joint-case-teams", proposal(city, university), expect=201)
    await city.leader.post(f"/v1/joint-case-teams/{team['id']}/approve")
    await city.run_jobs()
    return await handler.get(f"/v1/joint-case-teams/{team['id']}")


async def test_office_and_university_work_together_from_proposal_to_evaluation(
    city: Any, handler: Any, university: UUID
) -> None:
    team = await approved(city, handler, university)
    assert {member["source"] for member in team["members"]} == {"office", "university"}
    path = f"/v1/joint-case-teams/{team['id']}"
    waits = await handler.post(f"{path}/activate", expect=409)
    assert (waits["code"], waits["missing"]) == ("joint_team_waits", ["sup2-xn", "uni-cdi"])
    city.peers.pool.approve_all(team["secondment_id"])
    seats = tuple(
        Seat(cadre_id=UUID(m["cadre_id"]), role=m["role"], home_unit=m["home_unit"], state="approved")
        for m in team["members"]
    )
    told = SecondmentApproved(
        secondment_id=UUID(team["secondment_id"]),
        request_ref=f"joint-case-team:{team['id']}",
        purpose="joint_case",
        period_from="2026-12-01",  # type: ignore[arg-type]  # read as on the wire
        period_to="2026-12-31",  # type: ignore[arg-type]  # read as on the wire
        state="approved",
        home_units=("sup2-xn", "uni-cdi"),
        seats=seats,
        decided_by="uni-cdi",
    )
    await city.harness.deliver(told, aggregate_id=team["secondment_id"], version=2)
    await city.run_jobs()
    assert (await handler.post(f"{path}/activate"))["state"] == "active"
    await city.run_jobs()
    assert city.peers.pool.secondments[team["secondment_id"]]["state"] == "active"
    await handler.post(f"{path}/wind-up")
    await city.run_jobs()
    assert city.peers.pool.holding() == []
    evaluated = await city.leader.post(f"{path}/evaluate", {"grade": "good"})
    assert (evaluated["state"], evaluated["grade"]) == ("evaluated", "good")
    events = [event.type.split(".")[2] for event in await city.harness.staged_events("inspection.joint_case_team")]
    assert events == ["proposed", "members_changed", "approved", "activated", "wound_up", "evaluated"]


async def test_somebody_active_elsewhere_is_refused_and_the_team_given_up(
    city: Any, handler: Any, university: UUID
) -> None:
    await approved(city, handler, university)
    second = await approved(city, handler, university)
    assert (second["state"], second["refusal_code"]) == ("given_up", "double_booked")


async def test_a_recused_member_is_refused_and_one_whose_verdict_turns_loses_the_team(
    city: Any, handler: Any, university: UUID
) -> None:
    kin = {"cadre_id": str(city.cadres["kin"]), "role": "member"}
    body = proposal(city, university)
    refused = await handler.post("/v1/joint-case-teams", {**body, "members": [*body["members"], kin]}, expect=409)
    assert (refused["code"], refused["members"]) == ("joint_member_recused", [str(city.cadres["kin"])])
    team = await approved(city, handler, university)
    await city.harness.add_principal("expert", "uni-cdi", "inspector", cadre_id=str(university))
    expert = city.desk("expert", "uni-cdi", "inspector")
    path = f"/v1/joint-case-teams/{team['id']}"
    await expert.get(path)
    city.peers.pool.say(university, COOP, "block")
    turned = RecusalTurned(watch_id=uuid4(), ref="team:x", cadre_id=university, unit_code=COOP)
    await city.harness.deliver(turned)
    await city.run_jobs()
    await expert.get(path, expect=404)
    assert (await expert.get("/v1/joint-case-teams"))["items"] == []
    stops = await handler.post(f"{path}/activate", expect=409)
    assert stops["code"] == "joint_member_recused"


async def lost(city: Any) -> list[Any]:
    return [event.data for event in await city.harness.staged_events("inspection.joint_case_team.member_lost")]


async def test_of_a_recused_member_the_lead_office_and_the_head_are_told_once_and_neither_who_nor_why(
    city: Any, handler: Any, university: UUID
) -> None:
    team = await approved(city, handler, university)
    city.peers.pool.say(university, COOP, "block")
    for _ in range(2):
        await city.harness.deliver(
            RecusalTurned(watch_id=uuid4(), ref=f"joint-case-team:{team['id']}", cadre_id=university, unit_code=COOP)
        )
        await city.run_jobs()
    (told,) = await lost(city)
    assert (told["head"], told["lead_office"]) == ([str(city.cadres["office-deputy"])], "sup2-xn")
    assert str(university) not in str(told)
    after = await handler.get(f"/v1/joint-case-teams/{team['id']}")
    assert [m["cadre_id"] for m in after["members"] if m["is_recused"]] == [str(university)]


async def test_where_the_head_is_recused_only_the_lead_office_is_told(
    city: Any, handler: Any, university: UUID
) -> None:
    team = await approved(city, handler, university)
    head = city.cadres["office-deputy"]
    await city.harness.add_principal("head", "uni-cdi", "inspector", cadre_id=str(head))
    desk = city.desk("head", "uni-cdi", "inspector")
    await desk.get(f"/v1/joint-case-teams/{team['id']}")
    city.peers.pool.say(head, COOP, "block")
    await city.harness.deliver(RecusalTurned(watch_id=uuid4(), ref="x", cadre_id=head, unit_code=COOP))
    await city.run_jobs()
    (told,) = await lost(city)
    assert told["head"] == []
    await desk.get(f"/v1/joint-case-teams/{team['id']}", expect=404)


@pytest.mark.parametrize("kind", [CadreSuspended, CadreExited])
async def test_a_member_who_cannot_be_lent_any_more_is_told_to_the_head(
    city: Any, handler: Any, university: UUID, kind: type[CadreSuspended | CadreExited]
) -> None:
    await approved(city, handler, university)
    for cadre_id in (university, city.cadres["c3"]):
        await city.harness.deliver(kind(cadre_id=cadre_id, home_unit="uni-cdi", state="suspended"))
    await city.run_jobs()
    (told,) = await lost(city)
    assert told["head"] == [str(city.cadres["office-deputy"])]


async def test_the_pool_learns_whom_to_watch_and_where(city: Any, handler: Any, university: UUID) -> None:
    made = await handler.post("/v1/joint-case-teams", proposal(city, university), expect=201)
    (told,) = await city.harness.staged_events("inspection.joint_case_team.members_changed")
    assert told.data["target_units"] == [COOP]
    assert {seat["cadre_id"]: seat["role"] for seat in told.data["seats"]} == {
        str(city.cadres["office-deputy"]): "leader",
        str(university): "specialist",
    }
    assert told.data["joint_case_team_id"] == made["id"]


async def test_who_proposed_does_not_approve_and_strangers_see_nothing(
    city: Any, handler: Any, university: UUID
) -> None:
    team = await city.leader.post("/v1/joint-case-teams", proposal(city, university), expect=201)
    path = f"/v1/joint-case-teams/{team['id']}"
    assert (await city.leader.post(f"{path}/approve", expect=403))["code"] == "proposer_may_not_approve"
    inside = city.desk("coop-head", COOP, "leader")
    for desk in (city.stranger, inside):
        await desk.get(path, expect=404)
        assert (await desk.get("/v1/joint-case-teams"))["items"] == []


async def test_a_zone_brings_its_units_and_a_unit_belongs_to_one_zone(
    city: Any, handler: Any, university: UUID
) -> None:
    zone = {"name": "第一协作区", "lead_unit": "sup2-xn", "unit_codes": ["sup2-xn", "cdi-dh", "dg-coop"]}
    made = await city.leader.put("/v1/cooperation-zones/zone-1", zone, expect=201)
    assert made["version"] == 1
    assert (await city.leader.put("/v1/cooperation-zones/zone-1", zone))["version"] == 2
    taken = await city.leader.put(
        "/v1/cooperation-zones/zone-2", {**zone, "name": "第二", "unit_codes": ["sup2-xn", "insp-xn"]}, expect=409
    )
    assert (taken["code"], taken["units"]) == ("unit_in_another_zone", ["sup2-xn"])
    body = proposal(city, university, partner_units=["uni-cdi"], zone_code="zone-1")
    team = await handler.post("/v1/joint-case-teams", body, expect=201)
    assert team["partner_units"] == ["cdi-dh", "dg-coop", "uni-cdi"]
    far = city.desk("far", COOP, "leader")
    await far.put("/v1/cooperation-zones/zone-1", zone, expect=404)
