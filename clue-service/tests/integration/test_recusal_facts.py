"""What the talent pool learns of a clue: codes of whom it is about, for a person who may see it; 404 for all else."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import pytest
from chassis.directory import store_principal
from chassis.service import Resources

POOL = "svc:personnel-pool-service"
PEOPLE: Mapping[str, Mapping[str, Any]] = {
    "officer-dh": {"unit": "cmo-dh", "roles": ["case_supervisor"]},
    "officer-xs": {"unit": "cmo-xs", "roles": ["case_supervisor"]},
    "pool-dh": {"unit": "cdi-dh", "roles": ["pool_manager"]},
    "robot": {"unit": None, "roles": ["service"]},
}


@pytest.fixture
async def people(resources: Resources, city: None) -> None:
    async with resources.database.sessions.begin() as session:
        for sub, more in PEOPLE.items():
            await store_principal(session, {"sub": sub, "clearance": "internal", "version": 1, **more})


@pytest.fixture
async def clue(register: Any, matter: Any, people: None) -> dict[str, Any]:
    subjects = [
        {"name": "钟国梁", "unit_code": "su-housing", "person_code": "p-1"},
        {"unit_name": "夏宁市卫生健康委员会"},
        {"name": "某某"},
    ]
    made: dict[str, Any] = await register("officer@pet-dh", {**matter[2], "subjects": subjects})
    return made


async def ask(call: Any, clue_id: str, acting: str | None, sub: str = POOL) -> tuple[int, Any]:
    headers = {"heli-acting-sub": acting} if acting else {}
    answer = await call("service@", "GET", f"/v1/clues/{clue_id}/recusal-facts", sub=sub, headers=headers)
    return answer.status_code, answer.json()


async def test_the_pool_learns_codes_and_nothing_else(call: Any, clue: Any, bring: Any) -> None:
    assert await ask(call, clue["id"], "officer-dh") == (
        200,
        {"unit_codes": ["su-health", "su-housing"], "person_codes": ["p-1"], "lead_unit": None, "co_units": []},
    )
    await bring(clue, "assigned", lead="inv1-dh")
    status, facts = await ask(call, clue["id"], "officer-dh")
    assert (status, facts["lead_unit"]) == (200, "inv1-dh")


@pytest.mark.parametrize("acting", ["officer-xs", "pool-dh", "robot", "nobody-known", None])
async def test_whoever_may_not_see_the_clue_is_told_what_an_unknown_clue_tells(
    call: Any, clue: Any, acting: str | None
) -> None:
    hidden, missing = await ask(call, clue["id"], acting), await ask(call, str(uuid4()), "officer-dh")
    for _, body in (hidden, missing):
        del body["request_id"]
    assert hidden == missing
    assert hidden[0] == 404


@pytest.mark.parametrize("sub", ["svc:inspection-service", "svc:notification-service", "svc:clue-service"])
async def test_no_other_service_is_answered(call: Any, clue: Any, sub: str) -> None:
    assert (await ask(call, clue["id"], "officer-dh", sub))[0] == 404


async def test_no_person_is_answered_even_with_the_header(call: Any, clue: Any) -> None:
    answer = await call(
        "supervisor@cmo-dh",
        "GET",
        f"/v1/clues/{clue['id']}/recusal-facts",
        headers={"heli-acting-sub": "officer-dh"},
    )
    assert answer.status_code == 404
