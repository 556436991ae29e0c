"""Two relatives in the real pool never share a team, and nobody is told that they are relatives."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from chassis.service import Resources
from inspection_service.assembly.checker import check
from inspection_service.assembly.rules import Easing, build_instance
from inspection_service.assembly.wire import unpack_problem
from inspection_service.assembly_runs.models import AssemblyInput
from sqlalchemy import select

COOP = "su-coop"
SECRETS = ("亲属", "近亲", "relative", "kinship", "sibling", "柳某", "沙某", "personal_ground")
SAID = "may not lawfully share a team with another of its members"
CHIEF = {"pool_kinds": ["inspection_leader", "inspection_member"], "rank": "division_chief"}
TWO = [{"role": "leader", "count": 1}, {"role": "deputy_leader", "count": 1}]


@pytest.fixture
async def real_pool(open_real_pool: Any) -> AsyncIterator[Any]:
    async with open_real_pool() as pool:
        await pool.add_unit("insp-xn", "inspection_office", "pc-xn")
        yield pool


@pytest.fixture
def resources(resources: Resources, real_pool: Any) -> Resources:
    return replace(resources, own=replace(resources.own, pool=real_pool.client))


@pytest.fixture
async def people(real_pool: Any) -> dict[str, str]:
    """The two best, who are relatives, and two who bring less."""
    made = {
        "liu": await real_pool.add_cadre("insp-xn", name="柳某", tags=["audit", "finance"], **CHIEF),
        "sha": await real_pool.add_cadre("sup2-xn", name="沙某", kin=("柳 某", "insp-xn"), tags=["audit"], **CHIEF),
        "other": await real_pool.add_cadre("insp-xn", name="陶某", **CHIEF),
        "spare": await real_pool.add_cadre("sup2-xn", name="覃某"),
    }
    return {name: str(cadre_id) for name, cadre_id in made.items()}


async def planned(city: Any) -> str:
    targets = [{"unit_code": COOP, "demands": TWO}]
    return str((await city.office.post("/v1/rounds", city.round_body(targets=targets), expect=201))["id"])


def seated(run: Any) -> set[str]:
    return {member["cadre_id"] for team in run["teams"] for member in team["members"]}


async def test_the_best_team_would_hold_two_relatives_and_is_manned_otherwise(
    city: Any, people: dict[str, str], real_pool: Any
) -> None:
    run = await city.assemble(await planned(city))
    assert run["status"] == "succeeded"
    assert len(seated(run)) == 2
    assert len(seated(run) & {people["liu"], people["sha"]}) == 1
    # Without the tie the two would have been the team.
    await real_pool.ask("pool_manager", "PATCH", f"/v1/cadres/{people['sha']}", {"relatives": []})
    free = await city.assemble(await planned(city))
    assert seated(free) == {people["liu"], people["sha"]}


async def test_pinned_together_they_are_refused_in_one_sentence_that_tells_no_relation(
    city: Any, people: dict[str, str]
) -> None:
    pins = [{"cadre_id": people[name], "unit_code": COOP} for name in ("liu", "sha")]
    run = await city.assemble(await planned(city), {"pins": pins})
    assert (run["status"], run["teams"]) == ("infeasible", [])
    assert run["sentence"] == f"Cannot hold: {COOP}: a pinned cadre {SAID}."
    assert not [word for word in SECRETS if word in str(run)]


async def test_the_checker_refuses_a_team_that_holds_them_both(city: Any, people: dict[str, str]) -> None:
    await city.assemble(await planned(city))
    async with city.harness.resources.database.sessions() as session:
        document = await session.scalar(select(AssemblyInput.document))
    build = build_instance(unpack_problem(document), Easing())
    seats = [
        {"person": people["liu"], "team": COOP, "role": "leader"},
        {"person": people["sha"], "team": COOP, "role": "deputy_leader"},
    ]
    assert [violation.rule for violation in check(build.document, seats).violations] == ["never_together"]


async def test_why_the_other_does_not_sit_there_tells_no_relation(city: Any, people: dict[str, str]) -> None:
    run = await city.assemble(await planned(city))
    (absent,) = {people["liu"], people["sha"]} - seated(run)
    asked = {"cadre_id": absent, "unit_code": COOP}
    answer = await city.office.post(f"/v1/assembly-runs/{run['id']}/why-not", asked)
    assert SAID in str(answer["swaps"])
    assert not [word for word in SECRETS if word in str(answer)]


async def test_who_is_not_cleared_for_a_secret_target_stays_out(
    city: Any, people: dict[str, str], real_pool: Any
) -> None:
    cleared = {
        str(await real_pool.add_cadre("insp-xn", name=name, clearance="secret", **CHIEF)) for name in ("甲某", "乙某")
    }
    targets = [{"unit_code": COOP, "demands": TWO, "secrecy_level": "secret"}]
    made = await city.office.post("/v1/rounds", city.round_body(targets=targets), expect=201)
    assert made["targets"][0]["secrecy_level"] == "secret"
    assert seated(await city.assemble(made["id"])) == cleared
