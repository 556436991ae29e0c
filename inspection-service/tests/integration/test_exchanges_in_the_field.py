"""Somebody drops out of a team at its unit, or must step aside: who comes instead, kill by kill."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from contracts.pool import RecusalTurned, Seat, SecondmentApproved, SecondmentEvent, SecondmentRefused
from inspection_service.main import SERVICE
from inspection_service.rounds.models import Participation
from inspection_service.testing.killing import Guillotine
from sqlalchemy import select

COOP = "su-coop"
GRID = [pytest.param(n, marks=() if n % 3 == 1 else pytest.mark.proof) for n in range(1, 14)]
"""Every boundary; the gate takes every third, ``make proof`` the others."""
FIND = next(timer for timer in SERVICE.timers if timer.name == "unanswered-seats")


TARGET = {"unit_code": COOP, "demands": [{"role": "leader", "count": 1}, {"role": "member", "count": 3}]}


async def field_team(city: Any) -> Any:
    """The commissioner leads three members; all serve at the unit."""
    team = await city.working_team(targets=[TARGET])
    await city.run_jobs()
    assert city.peers.pool.secondments[team["secondment_id"]]["state"] == "active"
    return team


async def plan_for(city: Any, team: Any, *names: str) -> Any:
    body = {"cadre_ids": [str(city.cadres[name]) for name in names]}
    return await city.office.post(f"/v1/teams/{team['id']}/replacement-plans", body, expect=201)


async def plans_of(city: Any, team: Any) -> Any:
    return (await city.office.get(f"/v1/teams/{team['id']}/replacement-plans"))["items"]


async def carry_out(city: Any, plan: Any, expect: int = 200, **body: Any) -> Any:
    return await city.office.post(
        f"/v1/replacement-plans/{plan['id']}/carry-out", {"reason": "组员住院", **body}, expect=expect
    )


def incoming(plan: Any) -> str:
    return str(plan["options"][0]["changes"][0]["cadre_id"])


def seats(city: Any, team: Any) -> dict[str, str]:
    return {m["cadre_id"]: m["state"] for m in city.peers.pool.secondments[team["secondment_id"]]["members"]}


async def members(city: Any, team: Any) -> dict[str, str]:
    return {m["cadre_id"]: m["seat_state"] for m in (await city.office.get(f"/v1/teams/{team['id']}"))["members"]}


async def tell(city: Any, team: Any, kind: type[SecondmentEvent], **more: Any) -> None:
    """The pool tells by event how its secondment stands."""
    told = city.peers.pool.secondments[team["secondment_id"]]
    present = [seat for seat in told["members"] if seat["state"] != "replaced"]
    event = kind(
        secondment_id=UUID(told["id"]),
        request_ref=f"team:{team['id']}",
        purpose="inspection",
        state=told["state"],
        period_from=date(2026, 11, 24),
        period_to=date(2026, 12, 7),
        seats=tuple(Seat.model_validate(seat) for seat in present),
        **more,
    )
    await city.harness.deliver(event, version=told["version"])
    await city.run_jobs()


async def took_part(city: Any, team: Any) -> set[str]:
    async with city.harness.resources.database.sessions() as session:
        query = select(Participation.cadre_id).where(Participation.round_id == UUID(team["round_id"]))
        return {str(one) for one in await session.scalars(query)}


async def turn(city: Any, team: Any, name: str) -> None:
    """A verdict about somebody turns while the team is at work."""
    city.peers.pool.say(city.cadres[name], COOP, "block")
    ref = f"team:{team['id']}"
    await city.harness.deliver(RecusalTurned(watch_id=uuid4(), ref=ref, cadre_id=city.cadres[name], unit_code=COOP))
    await city.run_jobs()


async def test_a_drop_out_in_the_field_is_replaced_and_the_team_goes_on(city: Any) -> None:
    team = await field_team(city)
    out = str(city.cadres["c2"])
    plan = await plan_for(city, team, "c2")
    assert {option["seats_changed"] for option in plan["options"]} == {1}
    assert (await carry_out(city, plan))["state"] == "carried_out"
    assert city.peers.pool.secondments[team["secondment_id"]]["state"] == "active"
    now = await members(city, team)
    assert (len(now), out in now, now[incoming(plan)]) == (4, False, "requested")
    after = await city.office.get(f"/v1/teams/{team['id']}")
    assert (after["state"], after["secondment_state"]) == ("entered", "active")
    assert len(await city.harness.staged_events("inspection.team.member_replaced")) == 1


async def test_whoever_comes_meets_the_matter_once_the_home_unit_agrees_and_who_left_no_more(city: Any) -> None:
    team = await field_team(city)
    plan = await plan_for(city, team, "c2")
    new, left = incoming(plan), str(city.cadres["c2"])
    for sub, cadre_id in (("new", new), ("left", left)):
        await city.harness.add_principal(sub, "cdi-dh", "inspector", cadre_id=cadre_id)
    desks = {sub: city.desk(sub, "cdi-dh", "inspector") for sub in ("new", "left")}
    path = f"/v1/teams/{team['id']}"
    await desks["left"].get(path)
    await carry_out(city, plan)
    await desks["left"].get(path, expect=404)
    await desks["new"].get(path, expect=404)
    assert new not in await took_part(city, team)
    city.peers.pool.answer(team["secondment_id"], [new])
    for _ in range(2):  # it arrives twice
        await tell(city, team, SecondmentApproved, decided_by="approver")
    assert (await desks["new"].get(path))["state"] == "entered"
    assert {new, left} <= await took_part(city, team)
    body = {"category": "C1", "severity": "minor", "text": "问题"}
    await desks["new"].post(f"{path}/findings", body, expect=201)


async def test_whoever_comes_is_checked_as_at_entry(city: Any) -> None:
    team = await field_team(city)
    plan = await plan_for(city, team, "c2")
    new = incoming(plan)
    await city.harness.add_principal("new", "cdi-dh", "inspector", cadre_id=new)
    await carry_out(city, plan)
    city.peers.pool.say(UUID(new), COOP, "block")
    city.peers.pool.answer(team["secondment_id"], [new])
    await tell(city, team, SecondmentApproved, decided_by="approver")
    await city.desk("new", "cdi-dh", "inspector").get(f"/v1/teams/{team['id']}", expect=404)
    assert new not in await took_part(city, team)
    second = (await plans_of(city, team))[0]
    assert (second["cause"], second["out"]) == ("recusal", [new])


async def test_a_home_unit_that_refuses_leads_to_another_plan(city: Any) -> None:
    team = await field_team(city)
    plan = await plan_for(city, team, "c2")
    new = incoming(plan)
    await carry_out(city, plan)
    city.peers.pool.refuse(team["secondment_id"], UUID(new))
    await tell(city, team, SecondmentRefused, decided_by="approver")
    second = (await plans_of(city, team))[0]
    assert (second["cause"], second["state"], second["out"]) == ("home_unit_refused", "open", [new])
    assert incoming(second) not in {new, str(city.cadres["c2"])}
    assert (await carry_out(city, second))["state"] == "carried_out"
    assert len(await members(city, team)) == 4


async def test_a_recusal_that_turns_during_the_round_leads_to_a_plan(city: Any) -> None:
    team = await field_team(city)
    await turn(city, team, "c0")
    await turn(city, team, "c0")  # it arrives twice
    (plan,) = await plans_of(city, team)
    assert (plan["cause"], plan["state"], plan["out"]) == ("recusal", "open", [str(city.cadres["c0"])])
    (told,) = await city.harness.staged_events("inspection.replacement_plan.drawn_up")
    assert (told.data["team_id"], told.data["cause"]) == (team["id"], "recusal")
    assert str(city.cadres["c0"]) not in str(told.data)
    await carry_out(city, plan)
    city.peers.pool.approve_all(team["secondment_id"])
    now = await members(city, team)
    assert (str(city.cadres["c0"]) in now, incoming(plan) in now) == (False, True)
    assert "requested" not in {state for cadre, state in seats(city, team).items() if cadre in now}


async def test_a_second_recusal_asks_for_all_who_must_go(city: Any) -> None:
    team = await field_team(city)
    await turn(city, team, "c0")
    await turn(city, team, "c2")
    latest = (await plans_of(city, team))[0]
    assert (latest["cause"], latest["out"]) == ("recusal", sorted(str(city.cadres[name]) for name in ("c0", "c2")))


async def test_a_recusal_found_at_entry_leads_to_a_plan(city: Any) -> None:
    team = await city.authorised_team(targets=[TARGET])
    city.peers.pool.say(city.cadres["c0"], COOP, "block")
    refused = await city.office.post(f"/v1/teams/{team['id']}/enter", expect=409)
    assert refused["code"] == "member_recused"
    await city.run_jobs()
    (plan,) = await plans_of(city, team)
    assert (plan["cause"], plan["out"]) == ("recusal", [str(city.cadres["c0"])])
    await carry_out(city, plan)
    city.peers.pool.approve_all(team["secondment_id"])
    assert (await city.office.post(f"/v1/teams/{team['id']}/enter"))["state"] == "entered"


async def test_a_chief_is_exchanged_once_a_leader_agrees_and_the_authorisation_says_so(city: Any) -> None:
    team = await field_team(city)
    plan = await plan_for(city, team, "commissioner")
    path = f"/v1/replacement-plans/{plan['id']}"
    assert (await carry_out(city, plan, expect=409))["code"] == "chief_is_authorised"
    await city.stranger.post(f"{path}/authorise", expect=404)
    await city.office.post(f"{path}/authorise", expect=403)
    assert (await city.leader.post(f"{path}/authorise", {"option": 49}, expect=422))["code"] == "no_such_option"
    agreed = await city.leader.post(f"{path}/authorise")
    assert (agreed["state"], agreed["authorised_option"], agreed["authorised_by"]) == ("open", 1, "leader")
    assert (await carry_out(city, plan))["state"] == "carried_out"
    after = await city.office.get(f"/v1/teams/{team['id']}")
    assert after["authorization"]["leader_cadre_id"] == incoming(plan)
    assert after["authorization"]["is_valid"] is True
    assert {m["role"]: m["cadre_id"] for m in after["members"]}["leader"] == incoming(plan)
    assert (await city.leader.post(f"{path}/authorise", expect=409))["code"] == "move_refused"


async def test_who_drew_a_plan_up_does_not_agree_to_it_and_a_new_draft_is_agreed_to_anew(city: Any) -> None:
    team = await field_team(city)
    plan = await plan_for(city, team, "commissioner")
    path = f"/v1/replacement-plans/{plan['id']}"
    both = city.desk("office", "insp-xn", "inspection_office", "leader")
    assert (await both.post(f"{path}/authorise", expect=403))["code"] == "proposer_may_not_authorise"
    await city.leader.post(f"{path}/authorise")
    again = await plan_for(city, team, "commissioner")
    assert (again["id"], again["authorised_option"]) == (plan["id"], None)
    assert (await carry_out(city, again, expect=409))["code"] == "chief_is_authorised"


@pytest.mark.parametrize("boundary", GRID)
async def test_a_kill_at_any_step_of_an_exchange_in_the_field_ends_with_one_seat_exchanged(
    city: Any, guillotine: Guillotine, boundary: int
) -> None:
    team = await field_team(city)
    out = str(city.cadres["c2"])
    plan = await plan_for(city, team, "c2")
    guillotine.arm(boundary)
    answer = await city.office.send(f"/v1/replacement-plans/{plan['id']}/carry-out", {"reason": "x"})
    guillotine.disarm()
    assert answer in {200, 500}
    for _ in range(3):
        await city.make_jobs_due()
        await city.run_jobs()
    assert (await carry_out(city, plan, reason="x"))["state"] == "carried_out"
    now = await members(city, team)
    holding = {cadre for cadre, state in seats(city, team).items() if state in {"requested", "active"}}
    assert set(now) == holding
    assert (incoming(plan) in now, out in now, len(now)) == (True, False, 4)


ALONE = {"unit_code": COOP, "demands": [{"role": "member", "count": 1}]}


@pytest.mark.parametrize("state", ["proposed", "authorised", "entered"])
async def test_a_team_whose_only_member_leaves_goes_on_with_another(city: Any, state: str) -> None:
    planned = await city.office.post("/v1/rounds", city.round_body(targets=[ALONE]), expect=201)
    run = await city.assemble(planned["id"])
    (team,) = (await city.office.post(f"/v1/assembly-runs/{run['id']}/adopt"))["teams"]
    path = f"/v1/teams/{team['id']}"
    if state != "proposed":
        city.peers.pool.approve_all(team["secondment_id"])
        await city.office.post(f"{path}/submit")
        await city.leader.post(f"{path}/authorise")
    if state == "entered":
        await city.office.post(f"{path}/enter")
        await city.run_jobs()
    (out,) = await members(city, team)
    plan = await city.office.post(f"{path}/replacement-plans", {"cadre_ids": [out]}, expect=201)
    assert (await carry_out(city, plan))["state"] == "carried_out"
    await city.run_jobs()
    assert await members(city, team) == {incoming(plan): "requested"}
    city.peers.pool.approve_all(team["secondment_id"])
    after = await city.office.get(path)
    assert (after["state"], out in after["members"]) == (state, False)
    if state == "entered":
        assert city.peers.pool.secondments[team["secondment_id"]]["state"] == "active"
        await city.office.post(f"{path}/close")
        await city.run_jobs()
        assert city.peers.pool.secondments[team["secondment_id"]]["state"] == "ended"


async def test_where_nobody_answers_for_who_comes_another_plan_is_drawn_up(city: Any) -> None:
    team = await city.working_team(targets=[ALONE], names=["c0"])
    await city.run_jobs()
    plan = await plan_for(city, team, "c0")
    new = incoming(plan)
    await carry_out(city, plan)
    city.harness.resources.clock.advance(days=6)
    await FIND.run(city.harness.resources)
    await city.run_jobs()
    second = (await plans_of(city, team))[0]
    assert (second["cause"], second["out"], second["state"]) == ("home_unit_silent", [new], "open")
    assert incoming(second) not in {new, str(city.cadres["c0"])}
    assert (await city.office.get(f"/v1/teams/{team['id']}"))["state"] == "entered"
    assert (await carry_out(city, second))["state"] == "carried_out"
    assert set(await members(city, team)) == {incoming(second)}


async def test_no_team_enters_while_the_home_unit_of_who_comes_has_not_agreed(city: Any) -> None:
    team = await city.authorised_team(targets=[TARGET])
    plan = await plan_for(city, team, "c2")
    await carry_out(city, plan)
    path = f"/v1/teams/{team['id']}"
    for body in ({}, {"override_reason": "急"}):
        refused = await city.office.post(f"{path}/enter", body, expect=409)
        assert (refused["code"], refused["secondment_state"]) == ("secondment_not_approved", "requested")
        assert refused["missing"]
    assert (await city.office.get(path))["state"] == "authorised"
    city.peers.pool.refuse(team["secondment_id"], UUID(incoming(plan)))
    refused = await city.office.post(f"{path}/enter", expect=409)  # no word of it has come by event yet
    assert refused["secondment_state"] == "replacement_wanted"
    second = await city.office.post(f"{path}/replacement-plans", {"cadre_ids": [incoming(plan)]}, expect=201)
    await carry_out(city, second)
    city.peers.pool.approve_all(team["secondment_id"])
    assert (await city.office.post(f"{path}/enter"))["state"] == "entered"
