"""Whoever is recused from a matter, or has gone home, meets it nowhere: walked over every GET route the service has."""

import re
from typing import Any
from uuid import UUID, uuid4

import pytest
from chassis.service import Service
from contracts.clue import ClueRegistered
from contracts.pool import (
    RecusalTurned,
    Seat,
    SecondmentEnded,
    SecondmentEvent,
    SecondmentRecalled,
    SecondmentRefused,
)
from fastapi.routing import APIRoute
from sqlalchemy import text

COOP = "su-coop"
ROLES = ("inspector", "inspection_office", "leader", "handler")


@pytest.fixture
async def member(city: Any) -> Any:
    """The liaison of the team, who holds every role that reads, and a unit that sees the round."""
    await city.harness.add_principal("liaison", "insp-xn", *ROLES, cadre_id=str(city.cadres["c0"]))
    return city.desk("liaison", "insp-xn", *ROLES)


async def matter(city: Any) -> dict[str, str]:
    """A round with everything a round may have, and the ids of it all."""
    team = await city.authorised_team()
    asked = await city.office.post(f"/v1/teams/{team['id']}/briefing-requests", {"from_units": ["cdi-xn"]}, expect=201)
    dossier = await city.office.post(f"/v1/teams/{team['id']}/dossiers", expect=202)
    await city.run_jobs()
    await city.office.post(f"/v1/teams/{team['id']}/enter", {"override_reason": "试"})
    body = {"category": "work", "severity": "minor", "text": "标记䶮正文"}
    finding = await city.office.post(f"/v1/teams/{team['id']}/findings", body, expect=201)
    fix = {"problem": "标记䶮问题", "kind": "immediate_fix"}
    item = await city.office.post(f"/v1/findings/{finding['id']}/rectifications", fix, expect=201)
    path = f"/v1/rounds/{team['round_id']}"
    for verb, desk in (("report", city.office), ("decide", city.leader)):
        await desk.post(f"{path}/{verb}")
    told = {"unit_code": COOP, "audience": "unit", "text": "标记䶮反馈"}
    feedback = await city.office.post(f"{path}/feedbacks", told, expect=201)
    return {
        "round_id": team["round_id"],
        "team_id": team["id"],
        "run_id": team["run_id"],
        "finding_id": finding["id"],
        "item_id": item["id"],
        "feedback_id": feedback["id"],
        "dossier_id": dossier["id"],
        "request_id": asked["items"][0]["id"],
    }


def walk(service: Service, ids: dict[str, str]) -> list[str]:
    """Every GET path of the service whose ids are known here."""
    paths = []
    for route in (route for router in service.routers for route in router.routes):
        if isinstance(route, APIRoute) and "GET" in (route.methods or ()) and route.path.startswith("/v1/"):
            wanted = re.findall(r"\{(\w+)\}", route.path)
            joint = route.path.startswith("/v1/joint-case-teams/")
            if not joint and all(name in ids for name in wanted):
                path = route.path.format(**ids)
                paths.append(f"{path}?since={ids['dossier_id']}" if path.endswith("/diff") else path)
    return paths


async def test_a_recused_member_meets_the_matter_on_no_route(
    city: Any, service: Service, client: Any, headers: Any, member: Any
) -> None:
    ids = await matter(city)
    paths = walk(service, ids)
    who = headers("liaison", "insp-xn", *ROLES)
    before = {path: (await client.get(path, headers=who)) for path in paths}
    seen = [path for path, answer in before.items() if any(one in answer.text for one in (*ids.values(), "䶮", COOP))]
    assert len(seen) >= 20, f"the walk must meet the matter before the recusal: {sorted(seen)}"
    city.peers.pool.say(city.cadres["c0"], COOP, "block")
    turned = RecusalTurned(watch_id=uuid4(), ref=f"team:{ids['team_id']}", cadre_id=city.cadres["c0"], unit_code=COOP)
    await city.harness.deliver(turned)
    await city.run_jobs()
    for path in paths:
        answer = await client.get(path, headers=who)
        assert answer.status_code < 500, path
        if any(one in path for one in ids.values()) and before[path].status_code != 422:  # 422: a question not asked
            assert answer.status_code in (403, 404), path
        leaked = [one for one in (*ids.values(), "䶮") if one in answer.text]
        assert leaked == [], path
    (event,) = await city.harness.staged_events("inspection.team.member_recused")
    assert event.data["team_id"] == ids["team_id"]
    team = await city.office.get(f"/v1/teams/{ids['team_id']}")
    assert [m["cadre_id"] for m in team["members"] if m["is_recused"]] == [str(city.cadres["c0"])]


@pytest.mark.parametrize("kind", [SecondmentRecalled, SecondmentEnded, SecondmentRefused])
async def test_whoever_goes_home_meets_the_matter_on_no_route_and_the_others_go_on(
    city: Any, service: Service, client: Any, headers: Any, kind: type[SecondmentEvent]
) -> None:
    people = {name: headers(name, "cdi-dh", "inspector") for name in ("c0", "c2")}
    for name in people:
        await city.harness.add_principal(name, "cdi-dh", "inspector", cadre_id=str(city.cadres[name]))
    ids = await matter(city)
    paths = [path for path in walk(service, ids) if any(one in path for one in ids.values())]
    before = {path: await client.get(path, headers=people["c0"]) for path in paths}
    seen = [path for path, answer in before.items() if answer.status_code == 200]
    assert len(seen) >= 5, f"a member meets the matter while lent: {seen}"
    team = await city.office.get(f"/v1/teams/{ids['team_id']}")
    leaving = str(city.cadres["c0"])
    state = kind.type.split(".")[2]
    seats = tuple(
        Seat(
            cadre_id=UUID(m["cadre_id"]), role=m["role"], home_unit="insp-xn",
            state=state if m["cadre_id"] == leaving else "active",
        )
        for m in team["members"]
    )  # fmt: skip
    told = kind.model_validate(
        {
            "secondment_id": team["secondment_id"],
            "request_ref": f"team:{ids['team_id']}",
            "purpose": "inspection",
            "period_from": "2026-11-24",
            "period_to": "2026-12-07",
            "state": "active",
            "seats": seats,
            "decided_by": "insp-xn",
        }
    )
    await city.harness.deliver(told, aggregate_id=team["secondment_id"], version=50)
    for path in seen:
        answer = await client.get(path, headers=people["c0"])
        assert answer.status_code in (403, 404), path
        assert (await client.get(path, headers=people["c2"])).status_code == 200, path
    await city.harness.deliver(told, aggregate_id=team["secondment_id"], version=50)
    async with city.harness.resources.database.sessions() as session:
        ended = await session.scalar(text("select count(*) from audit_entry where action = 'end_membership'"))
    assert ended == 1


async def test_a_clue_about_the_unit_has_its_inspectors_checked_again(city: Any, member: Any) -> None:
    team = await city.working_team()
    city.peers.pool.say(city.cadres["c0"], COOP, "block")
    clue = ClueRegistered(
        clue_id=UUID("00000000-0000-7000-8000-000000000009"),
        clue_no="XN-2026-00001",
        status="registered",
        commission="cdi-xn",
        receiving_unit="cdi-xn",
        source_code="PETITION",
        subject_units=(COOP,),
        registered_by="clerk",
    )
    await city.harness.deliver(clue)
    await city.run_jobs()
    await member.get(f"/v1/teams/{team['id']}", expect=404)


async def test_a_clue_about_another_unit_changes_nothing(city: Any, member: Any) -> None:
    team = await city.working_team()
    city.peers.pool.say(city.cadres["c0"], COOP, "block")
    clue = ClueRegistered(
        clue_id=uuid4(),
        clue_no="XN-2026-00002",
        status="registered",
        commission="cdi-xn",
        receiving_unit="cdi-xn",
        source_code="PETITION",
        subject_units=("su-housing",),
        registered_by="clerk",
    )
    await city.harness.deliver(clue)
    await city.run_jobs()
    await member.get(f"/v1/teams/{team['id']}")


async def test_what_was_given_for_a_round_ends_with_it(city: Any) -> None:
    await city.harness.add_principal("expert", "sup2-xn", "inspector", cadre_id=str(city.cadres["c2"]))
    expert = city.desk("expert", "cdi-dh", "inspector")
    team = await city.working_team()
    await expert.get(f"/v1/teams/{team['id']}")
    await city.office.post(f"/v1/teams/{team['id']}/close")
    closed = await city.office.get(f"/v1/teams/{team['id']}")
    assert (closed["authorization"]["is_valid"], closed["authorization"]["ended_on"]) == (False, "2026-11-23")
    await expert.get(f"/v1/teams/{team['id']}")
    await city.office.post(f"/v1/rounds/{team['round_id']}/close")
    await expert.get(f"/v1/teams/{team['id']}", expect=404)


async def test_the_unit_is_told_who_comes_so_that_it_can_object(city: Any) -> None:
    clerk = city.desk("coop-clerk", COOP, "handler")
    assert (await clerk.get("/v1/entry-notices"))["items"] == []
    team = await city.authorised_team()
    (notice,) = (await clerk.get("/v1/entry-notices"))["items"]
    assert (notice["team_id"], len(notice["members"])) == (team["id"], 4)
    assert (await city.desk("other", "su-housing", "leader").get("/v1/entry-notices"))["items"] == []
