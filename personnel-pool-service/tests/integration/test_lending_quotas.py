"""Lending quotas: what assembly and pool managers are told before they ask for people."""

from collections.abc import Callable

import httpx2
import pytest
from chassis.testing.harness import Harness

Headers = Callable[..., dict[str, str]]
PERIOD = {"from": "2026-12-01", "to": "2026-12-14"}
UNITS = (
    {"code": "pc-xn", "unit_type": "party_committee", "level": "city"},
    {"code": "sup1-xn", "unit_type": "supervision_office", "parent_code": "pc-xn", "level": "city"},
    {"code": "insp-xn", "unit_type": "inspection_office", "parent_code": "pc-xn", "level": "city"},
)


@pytest.fixture
def manager(headers: Headers) -> dict[str, str]:
    return headers("manager", "pc-xn", "pool_manager")


async def fill(
    client: httpx2.AsyncClient, harness: Harness, manager: dict[str, str], per_unit: int
) -> dict[str, list[str]]:
    for unit in UNITS:
        body = {"name": unit["code"], **{key: value for key, value in unit.items() if key != "code"}}
        answer = await client.put(f"/v1/units/{unit['code']}", json=body, headers=manager)
        assert answer.status_code == 201
    made: dict[str, list[str]] = {}
    for home in ("sup1-xn", "insp-xn"):
        for number in range(per_unit):
            cadre = {
                "name": f"{home}-{number}",
                "home_unit": home,
                "rank": "clerk",
                "gender": "female",
                "party_member": True,
                "tags": [],
                "pool_kinds": ["inspection_member"],
                "work_history": [],
                "relatives": [],
            }
            answer = await client.post("/v1/cadres", json=cadre, headers=manager)
            assert answer.status_code == 201, answer.text
            made.setdefault(home, []).append(answer.json()["id"])
    return made


async def test_an_inspection_office_may_send_all_its_own_people(
    client: httpx2.AsyncClient, harness: Harness, manager: dict[str, str]
) -> None:
    people = await fill(client, harness, manager, 4)
    listed = await client.get("/v1/lending-quotas", params=PERIOD, headers=manager)
    assert {one["home_unit"]: (one["members"], one["quota"], one["lent"]) for one in listed.json()["items"]} == {
        "insp-xn": (4, 4, 0),
        "sup1-xn": (4, 2, 0),
    }
    members = [{"cadre_id": one, "role": "member"} for one in people["insp-xn"]]
    body = {"purpose": "inspection", "request_ref": "r-1", "period": PERIOD, "members": members}
    assert (await client.post("/v1/secondments", json=body, headers=manager)).status_code == 201
    listed = await client.get("/v1/lending-quotas", params=PERIOD, headers=manager)
    assert {one["home_unit"]: one["lent"] for one in listed.json()["items"]} == {"insp-xn": 4, "sup1-xn": 0}


async def test_a_period_that_ends_before_it_begins_is_refused(
    client: httpx2.AsyncClient, manager: dict[str, str]
) -> None:
    period = {"from": "2026-12-02", "to": "2026-12-01"}
    answer = await client.get("/v1/lending-quotas", params=period, headers=manager)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "before_from")
