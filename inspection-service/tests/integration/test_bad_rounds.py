"""What nobody should ask, over HTTP, one by one: a clear answer each, never a hung run, never an unlawful team."""

from typing import Any

import pytest

COOP, HOUSING = "su-coop", "su-housing"
FINAL = {"succeeded", "failed", "infeasible"}


async def planned(city: Any, *targets: dict[str, Any], expect: int = 201) -> Any:
    return await city.office.post("/v1/rounds", city.round_body(targets=list(targets)), expect=expect)


@pytest.mark.parametrize("count", [-1, 10**6])
async def test_seats_that_cannot_be_are_refused_with_the_round(city: Any, count: int) -> None:
    refused = await planned(city, {"unit_code": COOP, "demands": [{"role": "member", "count": count}]}, expect=422)
    assert [error["pointer"] for error in refused["errors"]] == ["/targets/0/demands/0/count"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"weights": {"tag": 1e12}}, "/weights/tag"),
        ({"weights": {"tag": -1}}, "/weights/tag"),
        ({"time_limit_s": 1e12}, "/time_limit_s"),
        ({"pins": ["c0@su-coop", "c0@su-housing"]}, "/pins/1"),
        ({"pins": ["c0@su-coop"], "bans": ["c0@su-coop"]}, "/pins/0"),
        ({"pins": ["c0@elsewhere"]}, "/pins/0/unit_code"),
    ],
)
async def test_wishes_that_contradict_themselves_are_refused_by_field(
    city: Any, body: dict[str, Any], pointer: str
) -> None:
    found = await planned(city, {"unit_code": COOP}, {"unit_code": HOUSING})

    def wish(text: str) -> dict[str, str]:
        name, unit = text.split("@")
        return {"cadre_id": str(city.cadres[name]), "unit_code": unit}

    wishes = {key: [wish(one) for one in value] if key in ("pins", "bans") else value for key, value in body.items()}
    refused = await city.office.post(f"/v1/rounds/{found['id']}/assembly-runs", wishes, expect=422)
    assert pointer in [error["pointer"] for error in refused["errors"]]
    assert (await city.office.get(f"/v1/rounds/{found['id']}/assembly-runs"))["items"] == []


async def test_an_empty_pool_is_told_seat_by_seat(city: Any) -> None:
    city.peers.pool.cadres.clear()
    found = await planned(city, {"unit_code": COOP})
    run = await city.assemble(found["id"])
    assert (run["status"], run["teams"]) == ("infeasible", [])
    assert {one["rule"] for one in run["unmet"]} == {"seat:leader", "seat:deputy_leader", "seat:liaison", "seat:member"}
    refused = await city.office.post(f"/v1/assembly-runs/{run['id']}/adopt", expect=409)
    assert refused["code"] == "run_not_adoptable"


async def test_forty_teams_on_the_pool_of_one_unit_end_with_a_sentence_and_no_team(city: Any) -> None:
    del city.peers.pool.cadres[:]
    for _ in range(30):
        city.peers.pool.add_cadre("sup2-xn", pool_kinds=["inspection_leader", "inspection_member"])
    units = [f"su-{n:02d}" for n in range(40)]
    await city.harness.add_units(
        *({"code": code, "unit_type": "supervised_unit", "parent_code": "pc-xn", "level": "city"} for code in units)
    )
    found = await planned(city, *({"unit_code": code} for code in units))
    run = await city.assemble(found["id"])
    assert (run["status"], run["teams"]) == ("infeasible", [])
    assert sum(one["missing"] for one in run["unmet"]) == 40 * 6 - 30
    assert run["sentence"]


async def test_a_cadre_pinned_against_a_recusal_is_named_and_seated_nowhere(city: Any) -> None:
    found = await planned(city, {"unit_code": COOP})
    kin = str(city.cadres["kin"])
    run = await city.assemble(found["id"], {"pins": [{"cadre_id": kin, "unit_code": COOP}]})
    assert run["status"] in FINAL
    assert all(member["cadre_id"] != kin for team in run["teams"] for member in team["members"])
    assert [one["cadre_id"] for one in run["unmet"] if one["rule"] == "pin"] == [kin]
