"""SIGKILL of either service at each step of the secondment saga: it ends consistent, nobody is held twice or in vain.

The gate takes a step of most sagas; ``make proof`` all of them. What becomes of a home unit that lets its time pass is
killed step by step in ``test_unanswered_seats`` and ``test_unanswered_joint_seats``: there the clock can be moved.
"""

from typing import Any

import pytest

OFFICE, LEADER, HOME, MANAGER = "inspection_office@insp-k", "leader@cdi-k", "home_unit_approver@insp-k", "service@"
TEAM = [{"role": "leader", "count": 1}, {"role": "member", "count": 1}]
HOLDING = {"requested", "approved", "active"}


def grid(few: set[tuple[str, int]], **boundaries: int) -> list[Any]:
    """Victim and boundary, every one that the saga surely meets; the gate takes ``few``."""
    return [
        pytest.param(victim, n, marks=() if (victim, n) in few else pytest.mark.proof)
        for victim, most in boundaries.items()
        for n in range(1, most + 1)
    ]


async def proposed(world: Any, *targets: str) -> tuple[str, dict[str, str], list[str]]:
    """A run that has proposed a team of two for each target, its days, and the cadres it proposes."""
    days = world.next_week()
    body = {
        "title": "SIGKILL",
        "level": "city",
        "type": "regular",
        "mode": "ordinary",
        "report_due_days": 15,
        "feedback_due_days": 30,
        "targets": [{"unit_code": unit, "demands": TEAM} for unit in targets],
        **days,
    }
    planned = await world.do(OFFICE, "inspection", "/v1/rounds", body)
    run = await world.do(OFFICE, "inspection", f"/v1/rounds/{planned['id']}/assembly-runs")
    path = f"/v1/assembly-runs/{run['id']}"
    done = await world.read(OFFICE, "inspection", path, lambda one: one["status"] not in ("queued", "running"))
    assert done["status"] == "succeeded"
    return path, days, [member["cadre_id"] for team in done["teams"] for member in team["members"]]


async def adopted(world: Any, *targets: str) -> list[Any]:
    path, _days, _cadres = await proposed(world, *targets)
    return list((await world.do(OFFICE, "inspection", f"{path}/adopt"))["teams"])


async def secondments_of(world: Any, team_id: str) -> list[Any]:
    found = await world.read(MANAGER, "pool", f"/v1/secondments?request_ref=team:{team_id}")
    return list(found["items"])


async def assert_same_in_both(world: Any, team_id: str) -> None:
    """One secondment for the team, and the same people on both sides."""
    (lent,) = await secondments_of(world, team_id)
    holding = {seat["cadre_id"] for seat in lent["members"] if seat["state"] in HOLDING}

    def agrees(team: Any) -> bool:
        here = {member["cadre_id"]: member["seat_state"] for member in team["members"]}
        told = {seat["cadre_id"]: seat["state"] for seat in lent["members"]}
        return team["secondment_id"] == lent["id"] and here.items() <= told.items() and holding <= set(here)

    await world.read(OFFICE, "inspection", f"/v1/teams/{team_id}", agrees)


def assert_killed(world: Any, victim: str) -> None:
    for service in world.services.values():
        service.revive()
    assert world.services[victim].deaths == 1


@pytest.mark.parametrize(("victim", "boundary"), grid({("inspection", 4), ("pool", 2)}, inspection=10, pool=6))
async def test_adopting_reserves_each_team_once(world: Any, victim: str, boundary: int) -> None:
    path, _days, cadres = await proposed(world, "su-k1", "su-k2")
    world.services[victim].kill_at(boundary)
    teams = (await world.do(OFFICE, "inspection", f"{path}/adopt"))["teams"]
    assert_killed(world, victim)
    assert sorted(member["cadre_id"] for team in teams for member in team["members"]) == sorted(cadres)
    for team in teams:
        await assert_same_in_both(world, team["id"])


@pytest.mark.parametrize(("victim", "boundary"), grid({("inspection", 7)}, inspection=10, pool=4))
async def test_a_refusal_of_one_team_gives_back_the_other(world: Any, victim: str, boundary: int) -> None:
    path, days, cadres = await proposed(world, "su-k1", "su-k2")
    taken = {
        "purpose": "case",
        "request_ref": f"case:{days['starts_on']}",
        "period": {"from": days["starts_on"], "to": days["starts_on"]},
        "members": [{"cadre_id": cadres[-1], "role": "member"}],
    }
    await world.do(MANAGER, "pool", "/v1/secondments", taken)
    world.services[victim].kill_at(boundary)
    # The adoption is refused while it is made, or, where somebody died in between, when it is carried on.
    await world.insist(
        OFFICE, "inspection", "POST", f"{path}/adopt", {},
        until=lambda answer: answer.status_code == 409 and answer.json()["code"] == "double_booked",
    )  # fmt: skip
    after = await world.read(OFFICE, "inspection", f"{path}/adoption", lambda one: one["state"] == "withdrawn")
    assert_killed(world, victim)
    assert after["teams"] == []
    lent = await world.read(
        MANAGER, "pool", "/v1/secondments?limit=200", lambda page: not _held_for_teams(page, days, cadres)
    )
    assert not _held_for_teams(lent, days, cadres)


def _held_for_teams(page: Any, days: dict[str, str], cadres: list[str]) -> list[str]:
    return [
        seat["cadre_id"]
        for one in page["items"]
        if one["period"]["from"] == days["starts_on"] and one["request_ref"].startswith("team:")
        for seat in one["members"]
        if seat["state"] in HOLDING and seat["cadre_id"] in cadres
    ]


@pytest.mark.parametrize(("victim", "boundary"), grid(set(), inspection=6, pool=2))
async def test_consent_reaches_the_team(world: Any, victim: str, boundary: int) -> None:
    (team,) = await adopted(world, "su-k1")
    world.services[victim].kill_at(boundary)
    await world.do(HOME, "pool", f"/v1/secondments/{team['secondment_id']}/approve")
    path = f"/v1/teams/{team['id']}"
    await world.read(OFFICE, "inspection", path, lambda one: one["secondment_state"] == "approved")
    await world.do(OFFICE, "inspection", f"{path}/submit")
    await world.do(LEADER, "inspection", f"{path}/authorise")
    assert_killed(world, victim)
    await assert_same_in_both(world, team["id"])


@pytest.mark.parametrize(("victim", "boundary"), grid({("inspection", 8)}, inspection=12, pool=4))
async def test_a_refused_seat_is_exchanged_once(world: Any, victim: str, boundary: int) -> None:
    (team,) = await adopted(world, "su-k1")
    out = next(member["cadre_id"] for member in team["members"] if member["role"] == "member")
    world.services[victim].kill_at(boundary)
    refusal = {"cadre_ids": [out], "reason": "人手不足"}
    await world.do(HOME, "pool", f"/v1/secondments/{team['secondment_id']}/refuse", refusal)
    plans = f"/v1/teams/{team['id']}/replacement-plans"
    (plan,) = (await world.read(OFFICE, "inspection", plans, lambda page: page["items"]))["items"]
    carried = f"/v1/replacement-plans/{plan['id']}/carry-out"
    done = await world.insist(
        OFFICE, "inspection", "POST", carried, {"reason": "派出单位未同意"},
        until=lambda answer: answer.status_code == 200 and answer.json()["state"] == "carried_out",
    )  # fmt: skip
    assert_killed(world, victim)
    incoming = next(one for one in done["options"] if one["rank"] == done["chosen"])["changes"][0]["cadre_id"]
    after = await world.read(OFFICE, "inspection", f"/v1/teams/{team['id']}")
    assert incoming in {member["cadre_id"] for member in after["members"]}
    assert out not in {member["cadre_id"] for member in after["members"]}
    assert len(after["members"]) == 2
    await assert_same_in_both(world, team["id"])


@pytest.mark.parametrize(("victim", "boundary"), grid({("pool", 2)}, inspection=8, pool=2))
async def test_entering_and_closing_begin_and_end_the_posting(world: Any, victim: str, boundary: int) -> None:
    (team,) = await adopted(world, "su-k1")
    path, lent = f"/v1/teams/{team['id']}", f"/v1/secondments/{team['secondment_id']}"
    await world.do(HOME, "pool", f"{lent}/approve")
    await world.do(OFFICE, "inspection", f"{path}/submit")
    await world.do(LEADER, "inspection", f"{path}/authorise")
    world.services[victim].kill_at(boundary)
    for verb, state, posting in (("enter", "entered", "active"), ("close", "closed", "ended")):
        await world.insist(
            OFFICE, "inspection", "POST", f"{path}/{verb}", {},
            until=lambda answer, state=state: answer.json().get("state") == state,
        )  # fmt: skip
        await world.read(MANAGER, "pool", lent, lambda one, posting=posting: one["status"] == posting)
    assert_killed(world, victim)
    await assert_same_in_both(world, team["id"])


async def moved(world: Any, who: str, path: str, **body: Any) -> None:
    """A move that is made once, whether its answer arrives or its victim dies on the way to it."""
    await world.insist(
        who, "inspection", "POST", path, body,
        until=lambda answer: answer.status_code == 200 or answer.json()["code"] == "move_refused",
    )  # fmt: skip


@pytest.mark.parametrize(("victim", "boundary"), grid({("inspection", 4)}, inspection=6, pool=2))
async def test_a_team_that_is_given_up_gives_everybody_back(world: Any, victim: str, boundary: int) -> None:
    (team,) = await adopted(world, "su-k1")
    world.services[victim].kill_at(boundary)
    await moved(world, OFFICE, f"/v1/teams/{team['id']}/replace", reason="另行组队")
    lent = f"/v1/secondments/{team['secondment_id']}"
    await world.read(
        MANAGER, "pool", lent, lambda one: not [seat for seat in one["members"] if seat["state"] in HOLDING]
    )
    assert_killed(world, victim)
    assert len(await secondments_of(world, team["id"])) == 1
    again = await adopted(world, "su-k1")
    assert again[0]["id"] != team["id"]


@pytest.mark.parametrize(("victim", "boundary"), grid(set(), inspection=4, pool=2))
async def test_a_member_called_home_leads_to_one_plan(world: Any, victim: str, boundary: int) -> None:
    (team,) = await adopted(world, "su-k1")
    path, lent = f"/v1/teams/{team['id']}", f"/v1/secondments/{team['secondment_id']}"
    await world.do(HOME, "pool", f"{lent}/approve")
    await world.do(OFFICE, "inspection", f"{path}/submit")
    await world.do(LEADER, "inspection", f"{path}/authorise")
    await world.do(OFFICE, "inspection", f"{path}/enter")
    await world.read(MANAGER, "pool", lent, lambda one: one["status"] == "active")
    out = next(member["cadre_id"] for member in team["members"] if member["role"] == "member")
    world.services[victim].kill_at(boundary)
    await world.insist(
        HOME, "pool", "POST", f"{lent}/recall", {"cadre_ids": [out], "reason": "本单位急需"},
        until=lambda answer: answer.status_code == 200 or answer.json()["code"] == "seat_not_open",
    )  # fmt: skip
    (plan,) = (await world.read(OFFICE, "inspection", f"{path}/replacement-plans", lambda page: page["items"]))["items"]
    assert (plan["cause"], plan["out"]) == ("recalled", [out])
    assert_killed(world, victim)


@pytest.mark.parametrize(("victim", "boundary"), grid({("inspection", 5)}, inspection=8, pool=4))
async def test_a_joint_case_team_is_asked_for_once_and_goes_home(world: Any, victim: str, boundary: int) -> None:
    members = [
        {"cadre_id": cadre, "role": role} for cadre, role in zip(world.cadres, ("leader", "member"), strict=False)
    ]
    body = {"lead_office": "cdi-k", "target_units": ["su-k1"], "members": members, **world.next_week()}
    team = await world.do("handler@cdi-k", "inspection", "/v1/joint-case-teams", body)
    path = f"/v1/joint-case-teams/{team['id']}"
    world.services[victim].kill_at(boundary)
    await moved(world, LEADER, f"{path}/approve")
    asked = await world.read(LEADER, "inspection", path, lambda one: one["secondment_id"])
    lent = f"/v1/secondments/{asked['secondment_id']}"
    await world.do(HOME, "pool", f"{lent}/approve")
    await world.read(LEADER, "inspection", path, lambda one: one["secondment_state"] == "approved")
    for verb, posting in (("activate", "active"), ("wind-up", "ended")):
        await moved(world, LEADER, f"{path}/{verb}")
        await world.read(MANAGER, "pool", lent, lambda one, posting=posting: one["status"] == posting)
    assert_killed(world, victim)
    found = await world.read(MANAGER, "pool", f"/v1/secondments?request_ref=joint-case-team:{team['id']}")
    assert len(found["items"]) == 1
