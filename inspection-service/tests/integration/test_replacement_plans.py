"""A member drops out or is refused: who could take the seat, and the exchange at the talent pool, kill by kill."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from contracts.pool import CadreExited, CadreSuspended, Seat, SecondmentRecalled, SecondmentRefused
from inspection_service.testing.killing import Guillotine

COOP = "su-coop"
GRID = [pytest.param(n, marks=() if n % 3 == 1 else pytest.mark.proof) for n in range(1, 14)]
"""Every boundary; the gate takes every third, ``make proof`` the others."""


async def team_of(city: Any) -> Any:
    await city.record_past()
    planned = await city.office.post("/v1/rounds", city.round_body(), expect=201)
    run = await city.assemble(planned["id"])
    (team,) = (await city.office.post(f"/v1/assembly-runs/{run['id']}/adopt"))["teams"]
    return team


def member(team: Any, role: str) -> str:
    return next(m["cadre_id"] for m in team["members"] if m["role"] == role)


async def plan_for(city: Any, team: Any, cadre_id: str, expect: int = 201) -> Any:
    return await city.office.post(f"/v1/teams/{team['id']}/replacement-plans", {"cadre_ids": [cadre_id]}, expect=expect)


def seats(city: Any, team: Any) -> dict[str, str]:
    return {m["cadre_id"]: m["state"] for m in city.peers.pool.secondments[team["secondment_id"]]["members"]}


async def test_a_plan_ranks_who_could_take_the_seat_and_changes_nothing_yet(city: Any) -> None:
    team = await team_of(city)
    out = member(team, "member")
    plan = await plan_for(city, team, out)
    assert plan["state"] == "open"
    assert plan["options"]
    assert {o["seats_changed"] for o in plan["options"]} == {1}
    assert {o["changes"][0]["out"] for o in plan["options"]} == {out}
    sitting = {m["cadre_id"] for m in team["members"]}
    kin = str(city.cadres["kin"])
    assert all(o["changes"][0]["cadre_id"] not in sitting | {kin} for o in plan["options"])
    assert (await city.office.get(f"/v1/teams/{team['id']}"))["members"] == team["members"]
    again = await plan_for(city, team, out)
    assert again["id"] == plan["id"]


async def test_carrying_an_option_out_exchanges_the_seat_at_the_pool_and_in_the_team(city: Any) -> None:
    team = await team_of(city)
    out = member(team, "member")
    plan = await plan_for(city, team, out)
    done = await city.office.post(f"/v1/replacement-plans/{plan['id']}/carry-out", {"reason": "组员生病"})
    assert done["state"] == "carried_out"
    incoming = plan["options"][0]["changes"][0]["cadre_id"]
    after = await city.office.get(f"/v1/teams/{team['id']}")
    roles = {m["cadre_id"]: m["role"] for m in after["members"]}
    assert (roles.get(incoming), out in roles) == ("member", False)
    assert len(roles) == 6
    assert {state for cadre, state in seats(city, team).items() if cadre != out} == {"requested"}
    assert seats(city, team)[out] == "replaced"
    assert len(await city.harness.staged_events("inspection.team.member_replaced")) == 1
    repeated = await city.office.post(f"/v1/replacement-plans/{plan['id']}/carry-out", {"reason": "组员生病"})
    assert repeated["state"] == "carried_out"


@pytest.mark.parametrize("boundary", GRID)
async def test_a_kill_at_any_step_of_an_exchange_ends_with_one_seat_exchanged(
    city: Any, guillotine: Guillotine, boundary: int
) -> None:
    team = await team_of(city)
    out = member(team, "member")
    plan = await plan_for(city, team, out)
    path = f"/v1/replacement-plans/{plan['id']}/carry-out"
    guillotine.arm(boundary)
    answer = await city.office.send(path, {"reason": "x"})
    guillotine.disarm()
    assert answer in {200, 500}
    for _ in range(3):
        await city.make_jobs_due()
        await city.run_jobs()
    done = await city.office.post(path, {"reason": "x"})
    assert done["state"] == "carried_out"
    incoming = plan["options"][0]["changes"][0]["cadre_id"]
    members = {m["cadre_id"] for m in (await city.office.get(f"/v1/teams/{team['id']}"))["members"]}
    holding = {cadre for cadre, state in seats(city, team).items() if state == "requested"}
    assert members == holding
    assert incoming in members
    assert out not in members


async def test_a_pool_that_refuses_leaves_the_seat_open_for_another_plan(city: Any) -> None:
    team = await team_of(city)
    out = member(team, "member")
    plan = await plan_for(city, team, out)
    taken = plan["options"][0]["changes"][0]["cadre_id"]
    city.peers.pool.secondments["other"] = {
        "id": "other",
        "state": "active",
        "period": {"from": "2026-11-24", "to": "2026-12-07"},
        "members": [{"cadre_id": taken, "state": "active"}],
    }
    done = await city.office.post(f"/v1/replacement-plans/{plan['id']}/carry-out", {"reason": "x"})
    assert (done["state"], done["refusal_code"]) == ("refused", "double_booked")
    second = await plan_for(city, team, out)
    assert second["id"] != plan["id"]
    assert second["options"][0]["changes"][0]["cadre_id"] != taken
    assert (await city.office.post(f"/v1/replacement-plans/{second['id']}/carry-out", {"reason": "x"}))[
        "state"
    ] == "carried_out"


async def test_a_refusal_of_a_home_unit_leads_to_a_replacement_proposal(city: Any) -> None:
    team = await team_of(city)
    out = member(team, "member")
    told = city.peers.pool.refuse(team["secondment_id"], UUID(out))
    event = SecondmentRefused(
        secondment_id=UUID(told["id"]),
        request_ref=f"team:{team['id']}",
        purpose="inspection",
        decided_by="home-approver",
        state=told["state"],
        period_from=date(2026, 11, 24),
        period_to=date(2026, 12, 7),
        seats=tuple(Seat.model_validate(seat) for seat in told["members"]),
    )
    await city.harness.deliver(event, version=told["version"])
    await city.run_jobs()
    (plan,) = (await city.office.get(f"/v1/teams/{team['id']}/replacement-plans"))["items"]
    assert (plan["cause"], plan["state"], plan["out"]) == ("home_unit_refused", "open", [out])
    await city.harness.deliver(event, version=told["version"])  # it arrives twice
    await city.run_jobs()
    assert len((await city.office.get(f"/v1/teams/{team['id']}/replacement-plans"))["items"]) == 1
    done = await city.office.post(f"/v1/replacement-plans/{plan['id']}/carry-out", {"reason": "派出单位未同意"})
    assert done["state"] == "carried_out"
    assert len((await city.office.get(f"/v1/teams/{team['id']}"))["members"]) == 6


def recalled(told: dict[str, Any], team: Any, *freed: str) -> SecondmentRecalled:
    return SecondmentRecalled(
        secondment_id=UUID(told["id"]),
        request_ref=f"team:{team['id']}",
        purpose="inspection",
        state=told["state"],
        period_from=date(2026, 11, 24),
        period_to=date(2026, 12, 7),
        seats=tuple(Seat.model_validate(seat) for seat in told["members"] if seat["state"] != "replaced"),
        freed=tuple(UUID(one) for one in freed),
    )


async def plans_of(city: Any, team: Any) -> list[Any]:
    return list((await city.office.get(f"/v1/teams/{team['id']}/replacement-plans"))["items"])


async def settled(city: Any, event: Any, version: int = 90) -> None:
    await city.harness.deliver(event, version=version)
    await city.run_jobs()


async def test_a_home_unit_that_calls_a_serving_member_back_leads_to_one_replacement_proposal(city: Any) -> None:
    team = await city.entered_team()
    await city.run_jobs()
    out = member(team, "member")
    told = city.peers.pool.call_back(team["secondment_id"], UUID(out))
    assert (told["state"], seats(city, team)[out]) == ("active", "recalled")
    for _ in range(2):  # it arrives twice
        await settled(city, recalled(told, team, out))
    (plan,) = await plans_of(city, team)
    assert (plan["cause"], plan["state"], plan["out"]) == ("recalled", "open", [out])
    done = await city.office.post(f"/v1/replacement-plans/{plan['id']}/carry-out", {"reason": "派出单位召回"})
    assert done["state"] == "carried_out"
    assert out not in {m["cadre_id"] for m in (await city.office.get(f"/v1/teams/{team['id']}"))["members"]}


@pytest.mark.parametrize("is_late", [False, True])
async def test_what_a_plan_itself_has_called_back_draws_up_no_second_one(
    city: Any, guillotine: Guillotine, is_late: bool
) -> None:
    team = await team_of(city)
    out = member(team, "member")
    plan = await plan_for(city, team, out)
    path = f"/v1/replacement-plans/{plan['id']}/carry-out"
    if not is_late:
        guillotine.arm(8)  # the seat is freed, nobody has been asked for it yet
    await city.office.send(path, {"reason": "x"})
    guillotine.disarm()
    told = city.peers.pool.secondments[team["secondment_id"]]
    assert seats(city, team)[out] == ("replaced" if is_late else "recalled")
    await settled(city, recalled(told, team, out))
    assert [one["id"] for one in await plans_of(city, team)] == [plan["id"]]
    await city.make_jobs_due()
    await city.run_jobs()
    (after,) = await plans_of(city, team)
    assert after["state"] == "carried_out"


async def test_where_everybody_is_called_back_nobody_is_looked_for(city: Any) -> None:
    team = await team_of(city)
    told = {**city.peers.pool.secondments[team["secondment_id"]], "state": "recalled"}
    await settled(city, recalled(told, team, *seats(city, team)))
    assert await plans_of(city, team) == []


@pytest.mark.parametrize(("kind", "cause"), [(CadreSuspended, "suspended"), (CadreExited, "left_the_pool")])
async def test_who_cannot_be_lent_any_more_leads_to_a_replacement_proposal_once(
    city: Any, kind: type[CadreSuspended | CadreExited], cause: str
) -> None:
    team = await team_of(city)
    out = member(team, "member")
    for cadre_id in (out, out, str(city.cadres["kin"])):  # it arrives twice, and somebody else is in no team
        await settled(city, kind(cadre_id=UUID(cadre_id), home_unit="insp-xn", state="suspended"))
    (plan,) = await plans_of(city, team)
    assert (plan["cause"], plan["out"]) == (cause, [out])
    (told,) = await city.harness.staged_events("inspection.replacement_plan.drawn_up")
    assert told.data["cause"] == cause


async def test_an_option_that_breaks_a_rule_needs_a_reason(city: Any) -> None:
    team = await team_of(city)
    plan = await plan_for(city, team, member(team, "leader"))
    assert [u["rule"] for u in plan["options"][0]["unmet"]] == ["leader_took_part"]
    path = f"/v1/replacement-plans/{plan['id']}/carry-out"
    refused = await city.office.post(path, expect=409)
    assert refused["code"] == "replacement_reason_required"
    assert (await city.office.post(path, {"option": 49, "reason": "x"}, expect=422))["code"] == "no_such_option"
    assert (await city.office.post(f"/v1/replacement-plans/{plan['id']}/dismiss"))["state"] == "dismissed"
    assert (await city.office.post(path, {"reason": "x"}, expect=409))["code"] == "move_refused"


async def test_somebody_who_is_no_member_cannot_drop_out(city: Any) -> None:
    team = await team_of(city)
    refused = await plan_for(city, team, str(city.cadres["kin"]), expect=422)
    assert refused["errors"][0]["pointer"] == "/cadre_ids/0"
    body = {"cadre_ids": [member(team, "leader")]}
    await city.desk("far", "insp-dh", "inspection_office").post(
        f"/v1/teams/{team['id']}/replacement-plans", body, expect=404
    )


async def small_team(city: Any, *, seats: int = 2) -> Any:
    """A leader and one member, of a leader and ``seats`` members."""
    demands = [{"role": "leader", "count": 1}, {"role": "member", "count": seats}]
    targets = [{"unit_code": COOP, "demands": demands}]
    planned = await city.office.post("/v1/rounds", city.round_body(targets=targets), expect=201)
    run_id = await city.proposed_run(planned["id"], {COOP: ["commissioner", "c0"]})
    (team,) = (await city.office.post(f"/v1/assembly-runs/{run_id}/adopt"))["teams"]
    return team


async def plan_to_fill(city: Any, team: Any, expect: int = 201) -> Any:
    return await city.office.post(f"/v1/teams/{team['id']}/replacement-plans", expect=expect)


async def test_a_drop_out_and_a_seat_nobody_sat_in_are_filled_together(city: Any) -> None:
    team = await small_team(city)
    out = str(city.cadres["c0"])
    plan = await plan_for(city, team, out)
    (option,) = plan["options"]
    assert sorted((change["role"], change["out"] or "") for change in option["changes"]) == [
        ("member", ""),
        ("member", out),
    ]
    assert (await city.office.get(f"/v1/replacement-plans/{plan['id']}"))["options"] == [option]
    done = await city.office.post(f"/v1/replacement-plans/{plan['id']}/carry-out", {"reason": "x"})
    assert done["state"] == "carried_out"
    members = (await city.office.get(f"/v1/teams/{team['id']}"))["members"]
    coming = {change["cadre_id"] for change in option["changes"]}
    assert {m["cadre_id"] for m in members} == {str(city.cadres["commissioner"])} | coming
    assert seats(city, team)[out] == "replaced"


async def test_an_empty_seat_is_filled_through_the_pool_with_its_consent(city: Any) -> None:
    team = await small_team(city)
    city.peers.pool.approve_all(team["secondment_id"])
    plan = await plan_to_fill(city, team)
    assert (plan["cause"], plan["out"]) == ("empty_seat", [])
    assert len(plan["options"]) > 1
    assert {len(option["changes"]) for option in plan["options"]} == {1}
    (change,) = plan["options"][0]["changes"]
    assert (change["role"], change["out"]) == ("member", None)
    await city.office.post(f"/v1/replacement-plans/{plan['id']}/carry-out", {"reason": "补足"})
    after = await city.office.get(f"/v1/teams/{team['id']}")
    assert after["secondment_state"] == "requested"
    assert [m["role"] for m in after["members"]] == ["leader", "member", "member"]
    new = after["members"][-1]
    assert (new["cadre_id"], new["seat_state"], new["answer_due_at"]) == (
        change["cadre_id"],
        "requested",
        "2026-11-28T15:59:59Z",
    )
    await city.office.post(f"/v1/teams/{team['id']}/submit")
    waits = await city.leader.post(f"/v1/teams/{team['id']}/authorise", expect=409)
    assert waits["code"] == "secondment_not_approved"
    city.peers.pool.approve_all(team["secondment_id"])
    authorised = await city.leader.post(f"/v1/teams/{team['id']}/authorise")
    assert authorised["state"] == "authorised"
    full = await plan_to_fill(city, team, expect=409)
    assert full["code"] == "no_empty_seat"


async def test_of_two_plans_for_one_empty_seat_only_the_first_is_carried_out(city: Any) -> None:
    team = await small_team(city)
    first = await plan_to_fill(city, team)
    both = await plan_for(city, team, str(city.cadres["c0"]))
    await city.office.post(f"/v1/replacement-plans/{first['id']}/carry-out", {"reason": "x"})
    late = await city.office.post(f"/v1/replacement-plans/{both['id']}/carry-out", {"reason": "x"}, expect=409)
    assert late["code"] == "team_has_changed"
    assert len((await city.office.get(f"/v1/teams/{team['id']}"))["members"]) == 3


@pytest.mark.parametrize("boundary", GRID)
async def test_a_kill_at_any_step_of_filling_ends_with_the_seat_filled_once(
    city: Any, guillotine: Guillotine, boundary: int
) -> None:
    team = await small_team(city)
    plan = await plan_to_fill(city, team)
    path = f"/v1/replacement-plans/{plan['id']}/carry-out"
    guillotine.arm(boundary)
    answer = await city.office.send(path, {"reason": "x"})
    guillotine.disarm()
    assert answer in {200, 500}
    for _ in range(3):
        await city.make_jobs_due()
        await city.run_jobs()
    assert (await city.office.post(path, {"reason": "x"}))["state"] == "carried_out"
    members = [m["cadre_id"] for m in (await city.office.get(f"/v1/teams/{team['id']}"))["members"]]
    assert sorted(members) == sorted(seats(city, team))
    assert len(members) == 3
