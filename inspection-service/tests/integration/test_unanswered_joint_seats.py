"""A home unit that never answers for its people in a joint team: given back, or the team given up; kill by kill."""

from contextlib import suppress
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from contracts.pool import Seat, SecondmentRequested
from inspection_service.main import SERVICE
from inspection_service.testing.killing import Guillotine, Killed

COOP = "su-coop"
GRID = [pytest.param(n, marks=() if n % 3 == 1 else pytest.mark.proof) for n in range(1, 11)]
"""Every boundary; the gate takes every third, ``make proof`` the others."""
FIND = next(timer for timer in SERVICE.timers if timer.name == "unanswered-joint-seats")
GIVEN_BACK = "inspection.joint_case_team.seats_given_back"


@pytest.fixture
async def team(city: Any) -> Any:
    """Office and university, approved and asked for; no home unit has answered."""
    await city.harness.add_units({"code": "uni-cdi", "unit_type": "university_cdi", "parent_code": "pc-xn"})
    city.cadres["university"] = city.peers.pool.add_cadre("uni-cdi", pool_kinds=["university_backbone"])
    body = {
        "lead_office": "sup2-xn",
        "target_units": [COOP],
        "starts_on": "2026-12-01",
        "ends_on": "2026-12-31",
        "members": [
            {"cadre_id": str(city.cadres["office-deputy"]), "role": "leader"},
            {"cadre_id": str(city.cadres["university"]), "role": "specialist"},
        ],
    }
    made = await city.desk("handler", "sup2-xn", "handler").post("/v1/joint-case-teams", body, expect=201)
    await city.leader.post(f"/v1/joint-case-teams/{made['id']}/approve")
    await city.run_jobs()
    return await read(city, made)


async def read(city: Any, team: Any) -> Any:
    return await city.leader.get(f"/v1/joint-case-teams/{team['id']}")


def states(team: Any) -> dict[str, str]:
    return {member["cadre_id"]: member["seat_state"] for member in team["members"]}


def answered(city: Any, team: Any, *names: str) -> None:
    city.peers.pool.answer(team["secondment_id"], [str(city.cadres[name]) for name in names])


async def let_time_pass(city: Any, days: int = 6) -> None:
    city.harness.resources.clock.advance(days=days)
    await FIND.run(city.harness.resources)


async def settle(city: Any) -> None:
    for _ in range(4):
        await city.make_jobs_due()
        await city.run_jobs()


async def test_every_seat_says_how_long_its_home_unit_may_take(city: Any, team: Any) -> None:
    assert {member["answer_due_at"] for member in team["members"]} == {"2026-11-28T15:59:59Z"}
    await let_time_pass(city, days=4)
    await settle(city)
    assert set(states(await read(city, team)).values()) == {"requested"}


async def test_the_seat_of_a_silent_unit_is_given_back_and_the_lead_office_told(city: Any, team: Any) -> None:
    answered(city, team, "office-deputy")
    await let_time_pass(city)
    await settle(city)
    after = await read(city, team)
    silent = str(city.cadres["university"])
    assert (states(after)[silent], after["state"], after["secondment_state"]) == (
        "recalled",
        "approved",
        "replacement_wanted",
    )
    assert [member["cadre_id"] for member in after["members"] if member["given_back_at"]] == [silent]
    (told,) = await city.harness.staged_events(GIVEN_BACK)
    assert (told.data["joint_case_team_id"], told.data["lead_office"]) == (team["id"], "sup2-xn")
    waits = await city.leader.post(f"/v1/joint-case-teams/{team['id']}/activate", expect=409)
    assert waits["code"] == "joint_team_waits"


async def test_whom_the_pool_puts_into_a_given_back_seat_is_a_member_with_a_time_of_their_own(
    city: Any, team: Any
) -> None:
    answered(city, team, "office-deputy")
    await let_time_pass(city)
    await settle(city)
    out, new = str(city.cadres["university"]), city.peers.pool.add_cadre("uni-cdi")
    told = city.peers.pool.exchange(team["secondment_id"], out, str(new))
    event = SecondmentRequested(
        secondment_id=UUID(told["id"]),
        request_ref=told["request_ref"],
        purpose="joint_case",
        state=told["state"],
        period_from=date(2026, 12, 1),
        period_to=date(2026, 12, 31),
        seats=tuple(Seat.model_validate(seat) for seat in told["members"]),
    )
    await city.harness.deliver(event, version=told["version"])
    await settle(city)
    after = await read(city, team)
    assert set(states(after)) == {str(city.cadres["office-deputy"]), str(new)}
    (member,) = [one for one in after["members"] if one["cadre_id"] == str(new)]
    assert (member["role"], member["source"], member["answer_due_at"]) == (
        "specialist",
        "university",
        "2026-12-04T15:59:59Z",
    )


async def test_an_answer_at_the_last_moment_counts(city: Any, team: Any) -> None:
    await let_time_pass(city)
    answered(city, team, "office-deputy", "university")  # after the clock, before the job
    await settle(city)
    assert set(states(await read(city, team)).values()) == {"approved"}
    assert await city.harness.staged_events(GIVEN_BACK) == []


async def test_a_team_nobody_answers_for_is_given_up(city: Any, team: Any) -> None:
    await let_time_pass(city)
    await settle(city)
    after = await read(city, team)
    assert (after["state"], after["refusal_code"]) == ("given_up", "home_units_silent")
    assert city.peers.pool.holding() == []


@pytest.mark.parametrize("boundary", GRID)
@pytest.mark.parametrize("who_answers", [("office-deputy",), ()])
async def test_a_kill_at_any_step_ends_with_the_seats_given_back_and_told_once(
    city: Any, team: Any, guillotine: Guillotine, boundary: int, who_answers: tuple[str, ...]
) -> None:
    answered(city, team, *who_answers)
    city.harness.resources.clock.advance(days=6)
    guillotine.arm(boundary)
    with suppress(Killed):
        await FIND.run(city.harness.resources)
        await city.harness.run_jobs()
    guillotine.disarm()
    await FIND.run(city.harness.resources)
    await settle(city)
    after = await read(city, team)
    answering = {str(city.cadres[name]) for name in who_answers}
    assert {cadre for cadre, state in states(after).items() if state == "approved"} == answering
    assert {state for cadre, state in states(after).items() if cadre not in answering} == {"recalled"}
    assert after["state"] == ("approved" if who_answers else "given_up")
    assert len(await city.harness.staged_events(GIVEN_BACK)) == (1 if who_answers else 0)
    assert len(await city.harness.staged_events("inspection.joint_case_team.given_up")) == (0 if who_answers else 1)
