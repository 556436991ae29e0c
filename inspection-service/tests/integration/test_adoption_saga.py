import asyncio
from typing import Any

import pytest
from inspection_service.testing.killing import Guillotine

COOP, HOUSING = "su-coop", "su-housing"


def grid(boundaries: int) -> list[Any]:
    """Every boundary of a saga; the gate takes every third, ``make proof`` the others."""
    return [pytest.param(n, marks=() if n % 3 == 1 else pytest.mark.proof) for n in range(1, boundaries + 1)]


TWO_TARGETS = [{"unit_code": COOP}, {"unit_code": HOUSING}]


async def two_team_run(city: Any) -> str:
    planned = await city.office.post("/v1/rounds", city.round_body(targets=TWO_TARGETS), expect=201)
    teams = {COOP: ["commissioner", "c0"], HOUSING: ["office-deputy", "c1"]}
    return str(await city.proposed_run(planned["id"], teams))


async def book(city: Any, name: str) -> None:
    """Somebody else takes a cadre before the run is adopted."""
    members = [{"cadre_id": str(city.cadres[name]), "role": "member"}]
    from inspection_service.testing.transport import peer_of

    await peer_of("pool", city.peers.pool_line).call(
        "POST",
        "/v1/secondments",
        json={"request_ref": "case:1", "period": {"from": "2026-11-25", "to": "2026-11-25"}, "members": members},
        acting_for="somebody",
        idempotency_key="booked",
    )


async def settle(city: Any) -> None:
    """What the worker does once it is back."""
    for _ in range(3):
        await city.make_jobs_due()
        await city.run_jobs()


async def held_for_teams(city: Any) -> dict[str, str]:
    return {one["request_ref"]: one["id"] for one in city.peers.pool.holding() if one["request_ref"] != "case:1"}


async def teams_of(city: Any) -> dict[str, str]:
    teams = (await city.office.get("/v1/teams"))["items"]
    return {f"team:{team['id']}": team["secondment_id"] for team in teams}


async def test_adopting_makes_one_secondment_per_team_and_repeating_it_changes_nothing(city: Any) -> None:
    run_id = await two_team_run(city)
    first = await city.office.post(f"/v1/assembly-runs/{run_id}/adopt", Idempotency_Key="key-12345")
    assert [team["state"] for team in first["teams"]] == ["proposed", "proposed"]
    assert first["teams"][0]["members"][0]["home_unit"] == "insp-xn"
    again = await city.office.post(f"/v1/assembly-runs/{run_id}/adopt", Idempotency_Key="key-12345")
    once_more = await city.office.post(f"/v1/assembly-runs/{run_id}/adopt")
    assert first == again == once_more
    assert await held_for_teams(city) == await teams_of(city)
    assert len(await teams_of(city)) == 2
    assert len(await city.harness.staged_events("inspection.team.proposed")) == 2


async def test_adopting_twice_at_once_makes_the_same_teams(city: Any) -> None:
    run_id = await two_team_run(city)
    path = f"/v1/assembly-runs/{run_id}/adopt"
    first, second = await asyncio.gather(city.office.post(path), city.office.post(path))
    assert first["teams"] == second["teams"]
    assert await held_for_teams(city) == await teams_of(city)


async def test_adopting_while_the_same_reservation_runs_waits_for_it(city: Any) -> None:
    run_id = await two_team_run(city)
    city.peers.pool.busy_answers = 3
    adopted = await city.office.post(f"/v1/assembly-runs/{run_id}/adopt")
    assert [team["state"] for team in adopted["teams"]] == ["proposed", "proposed"]
    assert await held_for_teams(city) == await teams_of(city)


async def test_a_refusal_of_one_team_keeps_nothing_of_the_others(city: Any) -> None:
    run_id = await two_team_run(city)
    await book(city, "c1")
    refused = await city.office.post(f"/v1/assembly-runs/{run_id}/adopt", expect=409)
    assert (refused["code"], refused["cadre_ids"]) == ("double_booked", [str(city.cadres["c1"])])
    assert await held_for_teams(city) == {}
    assert await teams_of(city) == {}
    adoption = await city.office.get(f"/v1/assembly-runs/{run_id}/adoption")
    assert (adoption["state"], adoption["refusal_code"]) == ("withdrawn", "double_booked")


@pytest.mark.parametrize("fault", ["lost_request", "lost_answer"])
async def test_a_pool_that_does_not_answer_delays_the_adoption_and_doubles_nothing(city: Any, fault: Any) -> None:
    run_id = await two_team_run(city)
    city.peers.pool_line.lose(fault, "/v1/secondments")
    pending = await city.office.post(f"/v1/assembly-runs/{run_id}/adopt", expect=503)
    assert pending["code"] == "adoption_pending"
    assert await teams_of(city) == {}
    await settle(city)
    assert len(await teams_of(city)) == 2
    assert await held_for_teams(city) == await teams_of(city)
    assert len(city.peers.pool.secondments) == 2


async def test_repeating_a_pending_adoption_resumes_it(city: Any) -> None:
    run_id = await two_team_run(city)
    city.peers.pool_line.lose("lost_answer", "/v1/secondments")
    await city.office.post(f"/v1/assembly-runs/{run_id}/adopt", expect=503)
    adopted = await city.office.post(f"/v1/assembly-runs/{run_id}/adopt")
    assert len(adopted["teams"]) == 2
    assert len(city.peers.pool.secondments) == 2
    await settle(city)
    assert await held_for_teams(city) == await teams_of(city)


async def test_a_reservation_nobody_heard_of_is_given_back_when_another_is_refused(city: Any) -> None:
    run_id = await two_team_run(city)
    await book(city, "c1")
    city.peers.pool_line.lose("lost_answer", "/v1/secondments")  # the first team's
    await city.office.post(f"/v1/assembly-runs/{run_id}/adopt", expect=409)
    await settle(city)
    assert await held_for_teams(city) == {}
    assert (await city.office.get(f"/v1/assembly-runs/{run_id}/adoption"))["state"] == "withdrawn"


async def test_another_run_waits_while_an_adoption_of_the_round_is_under_way(city: Any) -> None:
    planned = await city.office.post("/v1/rounds", city.round_body(targets=TWO_TARGETS), expect=201)
    first = await city.proposed_run(planned["id"], {COOP: ["commissioner"]})
    second = await city.proposed_run(planned["id"], {COOP: ["c3"]})
    city.peers.pool_line.is_down = True
    await city.office.post(f"/v1/assembly-runs/{first}/adopt", expect=503)
    refused = await city.office.post(f"/v1/assembly-runs/{second}/adopt", expect=409)
    assert refused["code"] == "adoption_in_progress"
    city.peers.pool_line.is_down = False
    await settle(city)
    refused = await city.office.post(f"/v1/assembly-runs/{second}/adopt", expect=409)
    assert (refused["code"], refused["targets"]) == ("target_is_manned", [COOP])


@pytest.mark.parametrize("boundary", grid(10))
async def test_a_kill_at_any_step_of_an_adoption_ends_with_every_team_and_one_secondment_each(
    city: Any, guillotine: Guillotine, boundary: int
) -> None:
    run_id = await two_team_run(city)
    guillotine.arm(boundary)
    await city.office.post(f"/v1/assembly-runs/{run_id}/adopt", expect=500 if boundary <= 8 else 200)
    assert guillotine.has_fallen == (boundary <= 8)
    guillotine.disarm()
    await settle(city)
    held, teams = await held_for_teams(city), await teams_of(city)
    assert held == teams  # no secondment without its team, no team without its secondment
    adopted = await city.office.post(f"/v1/assembly-runs/{run_id}/adopt")
    assert len(adopted["teams"]) == 2
    assert await held_for_teams(city) == await teams_of(city)
    assert len(city.peers.pool.secondments) == 2


@pytest.mark.parametrize("boundary", grid(12))
async def test_a_kill_at_any_step_of_a_refused_adoption_ends_with_nothing_kept(
    city: Any, guillotine: Guillotine, boundary: int
) -> None:
    run_id = await two_team_run(city)
    await book(city, "c1")
    guillotine.arm(boundary)
    await city.office.post(f"/v1/assembly-runs/{run_id}/adopt", expect=500 if boundary <= 12 else 409)
    guillotine.disarm()
    await settle(city)
    assert await held_for_teams(city) == {}
    assert await teams_of(city) == {}
    await city.office.post(f"/v1/assembly-runs/{run_id}/adopt", expect=409)
    assert await held_for_teams(city) == {}


@pytest.mark.parametrize("boundary", grid(6))
async def test_a_kill_over_the_job_that_carries_on_changes_nothing(
    city: Any, guillotine: Guillotine, boundary: int
) -> None:
    run_id = await two_team_run(city)
    city.peers.pool_line.is_down = True
    await city.office.post(f"/v1/assembly-runs/{run_id}/adopt", expect=503)
    city.peers.pool_line.is_down = False
    await city.make_jobs_due()
    guillotine.arm(boundary)
    await city.harness.run_jobs()
    guillotine.disarm()
    await settle(city)
    assert len(await teams_of(city)) == 2
    assert await held_for_teams(city) == await teams_of(city)
    assert len(city.peers.pool.secondments) == 2


@pytest.mark.parametrize("boundary", grid(6))
async def test_a_kill_over_a_hand_over_makes_exactly_one_clue(city: Any, guillotine: Guillotine, boundary: int) -> None:
    planned = await city.office.post("/v1/rounds", city.round_body(targets=TWO_TARGETS), expect=201)
    run_id = await city.proposed_run(planned["id"], {COOP: ["commissioner", "c0"]})
    (team,) = (await city.office.post(f"/v1/assembly-runs/{run_id}/adopt"))["teams"]
    city.peers.pool.approve_all(team["secondment_id"])
    await city.office.post(f"/v1/teams/{team['id']}/submit")
    await city.leader.post(f"/v1/teams/{team['id']}/authorise")
    await city.office.post(f"/v1/teams/{team['id']}/enter")
    await city.run_jobs()
    body = {"category": "C1", "severity": "minor", "text": "问题"}
    finding = await city.office.post(f"/v1/teams/{team['id']}/findings", body, expect=201)
    await city.office.post(f"/v1/findings/{finding['id']}/hand-over")
    guillotine.arm(boundary)
    await city.harness.run_jobs()
    guillotine.disarm()
    await settle(city)
    seen = await city.office.get(f"/v1/findings/{finding['id']}")
    assert (seen["state"], len(city.peers.clue.clues)) == ("handed_over", 1)
    assert len(await city.harness.staged_events("inspection.finding.handed_over")) == 1


VERBS = {"enter": "active", "close": "ended", "refuse": "recalled", "replace": "recalled"}


@pytest.mark.parametrize("boundary", grid(6))
@pytest.mark.parametrize("verb", list(VERBS))
async def test_a_kill_over_what_a_teams_move_asks_of_the_pool_ends_with_both_agreeing(
    city: Any, guillotine: Guillotine, verb: str, boundary: int
) -> None:
    planned = await city.office.post("/v1/rounds", city.round_body(targets=TWO_TARGETS), expect=201)
    run_id = await city.proposed_run(planned["id"], {COOP: ["commissioner", "c0"]})
    (team,) = (await city.office.post(f"/v1/assembly-runs/{run_id}/adopt"))["teams"]
    path = f"/v1/teams/{team['id']}"
    await city.office.post(f"{path}/submit")
    if verb != "refuse":
        city.peers.pool.approve_all(team["secondment_id"])
        await city.leader.post(f"{path}/authorise")
    if verb == "close":
        await city.office.post(f"{path}/enter")
        await settle(city)
    await (city.leader if verb == "refuse" else city.office).post(f"{path}/{verb}")
    guillotine.arm(boundary)
    await city.harness.run_jobs()
    guillotine.disarm()
    await settle(city)
    assert city.peers.pool.secondments[team["secondment_id"]]["state"] == VERBS[verb]
    assert (await city.office.get(path))["secondment_state"] == VERBS[verb]
