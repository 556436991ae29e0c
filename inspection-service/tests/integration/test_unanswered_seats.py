"""A home unit that never answers: its seats are given back and others looked for, or the team lapses; kill by kill."""

from contextlib import suppress
from typing import Any

import pytest
from inspection_service.main import SERVICE
from inspection_service.testing.killing import Guillotine, Killed

COOP = "su-coop"
GRID = [pytest.param(n, marks=() if n % 3 == 1 else pytest.mark.proof) for n in range(1, 11)]
"""Every boundary; the gate takes every third, ``make proof`` the others."""
TARGET = {"unit_code": COOP, "demands": [{"role": "leader", "count": 1}, {"role": "member", "count": 2}]}
FIND = next(timer for timer in SERVICE.timers if timer.name == "unanswered-seats")


async def asked_team(city: Any) -> Any:
    """Three members, reserved; no home unit has answered."""
    planned = await city.office.post("/v1/rounds", city.round_body(targets=[TARGET]), expect=201)
    run_id = await city.proposed_run(planned["id"], {COOP: ["commissioner", "c0", "c1"]})
    (team,) = (await city.office.post(f"/v1/assembly-runs/{run_id}/adopt"))["teams"]
    return team


async def let_time_pass(city: Any, days: int = 6) -> None:
    city.harness.resources.clock.advance(days=days)
    await FIND.run(city.harness.resources)


def seats(city: Any, team: Any) -> dict[str, str]:
    return {m["cadre_id"]: m["state"] for m in city.peers.pool.secondments[team["secondment_id"]]["members"]}


def answered(city: Any, team: Any, *names: str) -> None:
    city.peers.pool.answer(team["secondment_id"], [str(city.cadres[name]) for name in names])


async def settle(city: Any) -> None:
    for _ in range(4):
        await city.make_jobs_due()
        await city.run_jobs()


async def test_every_seat_says_how_long_its_home_unit_may_take(city: Any) -> None:
    team = await asked_team(city)
    assert {m["answer_due_at"] for m in team["members"]} == {"2026-11-28T15:59:59Z"}


async def test_before_its_time_nothing_is_given_back(city: Any) -> None:
    team = await asked_team(city)
    await let_time_pass(city, days=4)
    await settle(city)
    assert set(seats(city, team).values()) == {"requested"}


async def test_a_silent_unit_loses_its_seat_and_a_replacement_is_drawn_up(city: Any) -> None:
    team = await asked_team(city)
    answered(city, team, "commissioner", "c0")
    await let_time_pass(city)
    await settle(city)
    silent = str(city.cadres["c1"])
    states = seats(city, team)
    assert states.pop(silent) == "recalled"
    assert set(states.values()) == {"approved"}
    (plan,) = (await city.office.get(f"/v1/teams/{team['id']}/replacement-plans"))["items"]
    assert (plan["cause"], plan["out"], plan["state"]) == ("home_unit_silent", [silent], "open")
    (told,) = await city.harness.staged_events("inspection.replacement_plan.drawn_up")
    assert told.data["team_id"] == team["id"]
    after = await city.office.get(f"/v1/teams/{team['id']}")
    assert (after["state"], after["secondment_state"]) == ("proposed", "replacement_wanted")


async def test_an_answer_at_the_last_moment_counts(city: Any) -> None:
    team = await asked_team(city)
    await let_time_pass(city)
    answered(city, team, "commissioner", "c0", "c1")  # after the clock, before the job
    await settle(city)
    assert set(seats(city, team).values()) == {"approved"}
    assert (await city.office.get(f"/v1/teams/{team['id']}/replacement-plans"))["items"] == []


async def test_a_team_nobody_answers_for_lapses_and_its_target_is_free(city: Any) -> None:
    team = await asked_team(city)
    await let_time_pass(city)
    await settle(city)
    assert set(seats(city, team).values()) == {"recalled"}
    after = await city.office.get(f"/v1/teams/{team['id']}")
    assert (after["state"], after["allowed_moves"]) == ("refused", [])
    assert city.peers.pool.holding() == []
    run_id = await city.proposed_run(team["round_id"], {COOP: ["commissioner", "c0"]})
    (anew,) = (await city.office.post(f"/v1/assembly-runs/{run_id}/adopt"))["teams"]
    assert anew["state"] == "proposed"


async def test_a_replacement_that_is_asked_has_a_time_of_its_own(city: Any) -> None:
    team = await asked_team(city)
    answered(city, team, "commissioner", "c0")
    await let_time_pass(city)
    await settle(city)
    (plan,) = (await city.office.get(f"/v1/teams/{team['id']}/replacement-plans"))["items"]
    await city.office.post(f"/v1/replacement-plans/{plan['id']}/carry-out", {"reason": "逾期未答复"})
    incoming = plan["options"][0]["changes"][0]["cadre_id"]
    member = next(m for m in (await city.office.get(f"/v1/teams/{team['id']}"))["members"] if m["cadre_id"] == incoming)
    assert member["answer_due_at"] == "2026-12-04T15:59:59Z"
    await let_time_pass(city)
    await settle(city)
    assert seats(city, team)[incoming] == "recalled"


@pytest.mark.parametrize("boundary", GRID)
@pytest.mark.parametrize("who_answers", [("commissioner", "c0"), ()])
async def test_a_kill_at_any_step_of_a_time_out_ends_with_the_seats_given_back_once(
    city: Any, guillotine: Guillotine, boundary: int, who_answers: tuple[str, ...]
) -> None:
    team = await asked_team(city)
    answered(city, team, *who_answers)
    city.harness.resources.clock.advance(days=6)
    guillotine.arm(boundary)
    with suppress(Killed):
        await FIND.run(city.harness.resources)
        await city.harness.run_jobs()
    guillotine.disarm()
    await FIND.run(city.harness.resources)
    await settle(city)
    answering = {str(city.cadres[name]) for name in who_answers}
    states = seats(city, team)
    assert {cadre for cadre, state in states.items() if state == "approved"} == answering
    assert {state for cadre, state in states.items() if cadre not in answering} == {"recalled"}
    plans = (await city.office.get(f"/v1/teams/{team['id']}/replacement-plans"))["items"]
    after = await city.office.get(f"/v1/teams/{team['id']}")
    assert (len(plans), after["state"]) == ((1, "proposed") if who_answers else (0, "refused"))
    assert len(await city.harness.staged_events("inspection.team.refused")) == (0 if who_answers else 1)


async def test_an_answer_between_asking_and_recalling_is_kept(city: Any) -> None:
    """The pool refuses the recall of a state that is no longer so; the job asks again and finds the answer."""
    team = await asked_team(city)
    answered(city, team, "commissioner", "c0")
    await let_time_pass(city)
    before = city.peers.pool.secondments[team["secondment_id"]]["version"]
    city.peers.pool.on_next_get = lambda: answered(city, team, "c1")
    await settle(city)
    assert set(seats(city, team).values()) == {"approved"}
    assert city.peers.pool.secondments[team["secondment_id"]]["version"] == before + 1
