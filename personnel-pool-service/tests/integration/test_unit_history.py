"""Units change and end, and keep their past."""

import json
import random
from typing import Any

import pytest
from chassis.directory import store_unit
from chassis.service import Resources
from chassis.tables import unit_copy
from chassis.testing.harness import Harness
from contracts.envelope import Envelope
from contracts.pool import UnitUpserted
from sqlalchemy import select, text

from chassis import tables

ADMIN = "platform_admin"
WATER = {"name": "夏宁市水利局", "unit_type": "supervised_unit", "level": "city", "parent_code": "pc-xn"}


async def put(call: Any, code: str, **fields: Any) -> dict[str, Any]:
    answer = await call(ADMIN, "PUT", f"/v1/units/{code}", json={**WATER, **fields})
    assert answer.status_code in (200, 201), answer.text
    return dict(answer.json())


async def test_a_renamed_unit_keeps_its_name_of_the_past_as_an_alias(call: Any, city: None, harness: Harness) -> None:
    await put(call, "su-water", aliases=["市水利局"])
    renamed = await put(call, "su-water", name="夏宁市水务局", aliases=["市水利局"])
    assert (renamed["former_names"], renamed["aliases"]) == (["夏宁市水利局"], ["市水利局", "夏宁市水利局"])
    assert await put(call, "su-water", name="夏宁市水务局", aliases=["市水利局"]) == renamed
    body = {key: value for key, value in renamed.items() if key not in ("code", "version")}
    assert await put(call, "su-water", **body) == renamed
    told = (await harness.staged_events("pool.unit.upserted.v1"))[-1].data
    assert "夏宁市水利局" in told["aliases"]
    back = await put(call, "su-water", aliases=["市水利局"])
    assert (back["former_names"], back["version"]) == (["夏宁市水务局"], 3)
    mended = await put(call, "su-water", former_names=[])
    assert mended["former_names"] == []


async def test_the_past_is_read_by_date_and_listed_latest_first(call: Any, city: None, clock: Any) -> None:
    await put(call, "su-water", effective_on="2019-01-01")
    await put(call, "su-water", name="夏宁市水务局", parent_code="pc-dh", effective_on="2024-07-01")
    clock.advance(days=3)
    await put(call, "su-water", name="夏宁市水务局", parent_code="pc-dh", contact="0370-100")

    async def on(day: str) -> Any:
        answer = await call("handler", "GET", f"/v1/units/su-water?as_of={day}")
        return (answer.json()["name"], answer.json()["parent_code"]) if answer.status_code == 200 else None

    assert await on("2018-12-31") is None
    assert await on("2024-06-30") == ("夏宁市水利局", "pc-xn")
    assert await on("2024-07-01") == ("夏宁市水务局", "pc-dh")
    first = (await call("handler", "GET", "/v1/units/su-water/history?limit=2")).json()
    assert [(one["valid_from"], one["changes"]) for one in first["items"]] == [
        ("2026-11-26", ["changed"]),
        ("2024-07-01", ["renamed", "moved"]),
    ]
    rest = (await call("handler", "GET", f"/v1/units/su-water/history?cursor={first['next_cursor']}")).json()
    assert [one["changes"] for one in rest["items"]] == [["created"]]
    assert rest["items"][0]["unit"]["name"] == "夏宁市水利局"
    assert (await call("handler", "GET", "/v1/units/nowhere/history")).status_code == 404


@pytest.mark.parametrize(("day", "code"), [("2099-01-01", "date_in_future"), ("2019-01-01", "before_last_change")])
async def test_history_is_written_forwards(call: Any, city: None, day: str, code: str) -> None:
    await put(call, "su-water", effective_on="2024-01-01")
    answer = await call(ADMIN, "PUT", "/v1/units/su-water", json={**WATER, "name": "甲", "effective_on": day})
    error = answer.json()["errors"][0]
    assert (answer.status_code, error["pointer"], error["code"]) == (422, "/effective_on", code)


async def test_what_was_a_merged_units_goes_over(call: Any, new_cadre: Any, harness: Harness) -> None:
    cadre = await new_cadre("su-dh-water")
    await put(call, "su-dh-pump", name="东湖泵站", parent_code="su-dh-water")
    await put(call, "dg-water", name="驻水务局组", unit_type="dispatched_group", host_units=["su-dh-water", "su-coop"])
    await put(call, "su-water")
    person = {"name": "测试甲", "unit_code": "su-dh-water"}
    await call("pool_manager", "PUT", "/v1/supervised-persons/p-1", json=person)
    path = "/v1/units/su-dh-water/merge-into"
    answer = await call("pool_manager", "POST", path, json={"into": "su-water", "reason": "机构改革"})
    assert answer.status_code == 200, answer.text
    merged = answer.json()
    assert (merged["status"], merged["merged_into"], merged["parent_code"]) == ("merged", "su-water", "su-water")
    successor = (await call("handler", "GET", "/v1/units/su-water")).json()
    assert successor["aliases"] == ["东湖区水务局"]
    assert (await call("handler", "GET", "/v1/units/su-dh-pump")).json()["parent_code"] == "su-water"
    assert (await call("handler", "GET", "/v1/units/dg-water")).json()["host_units"] == ["su-water", "su-coop"]
    assert (await call("pool_manager", "GET", f"/v1/cadres/{cadre}")).json()["home_unit"] == "su-water"
    assert (await call("service", "GET", "/v1/supervised-persons/p-1")).json()["unit_code"] == "su-water"
    assert (await call("handler", "GET", "/v1/units?status=merged")).json()["items"] == [merged]
    past = (await call("handler", "GET", "/v1/units/su-dh-water?as_of=2026-11-22")).status_code
    assert past == 404, "the city was written today"
    again = await call("pool_manager", "POST", path, json={"into": "su-water"})
    assert (again.status_code, again.json()["state"], again.json()["allowed_moves"]) == (409, "merged", [])
    tree = await harness.resources.directory.tree(fresh=True)
    assert tree.is_within("su-dh-water", "su-water")


async def test_a_closed_unit_takes_nothing_new(call: Any, new_cadre: Any) -> None:
    await put(call, "su-water")
    await call(ADMIN, "POST", "/v1/units/su-water/dissolve", json={"reason": "撤销"})
    changed = await call(ADMIN, "PUT", "/v1/units/su-water", json={**WATER, "name": "甲"})
    assert (changed.status_code, changed.json()["code"], changed.json()["allowed_moves"]) == (
        409, "unit_closed", ["restore"],
    )  # fmt: skip
    same = await call(ADMIN, "PUT", "/v1/units/su-water", json=WATER)
    assert same.status_code == 200
    below = await call(ADMIN, "PUT", "/v1/units/su-new", json={**WATER, "parent_code": "su-water"})
    assert (below.status_code, below.json()["errors"][0]["code"]) == (422, "closed_unit_named")
    cadre = {"name": "甲", "home_unit": "su-water", "rank": "clerk", "gender": "male", "party_member": True}
    entered = await call("pool_manager", "POST", "/v1/cadres", json=cadre)
    assert (entered.status_code, entered.json()["errors"][0]["pointer"]) == (422, "/home_unit")
    worked = [{"unit_code": "su-water", "post": "科员", "from": "2010-01-01", "to": "2012-01-01"}]
    body = {**cadre, "home_unit": "sup1-xn", "work_history": worked}
    assert (await call("pool_manager", "POST", "/v1/cadres", json=body)).status_code == 201
    assert (await call(ADMIN, "POST", "/v1/units/su-water/restore")).json()["status"] == "active"


async def test_a_unit_with_people_or_units_is_not_dissolved(call: Any, new_cadre: Any) -> None:
    await new_cadre("su-coop")
    answer = await call(ADMIN, "POST", "/v1/units/su-coop/dissolve")
    assert (answer.status_code, answer.json()["code"]) == (409, "unit_in_use")
    assert [answer.json()[key] for key in ("units", "cadres", "supervised_persons")] == [1, 1, 0]


@pytest.mark.parametrize(
    ("code", "into", "status", "pointer"),
    [
        ("su-coop", "su-coop", 422, "/into"),
        ("su-coop", "nowhere", 422, "/into"),
        ("su-coop", "su-coop-branch", 422, "/into"),
    ],
)
async def test_an_impossible_merger_is_refused(
    call: Any, city: None, code: str, into: str, status: int, pointer: str
) -> None:
    answer = await call(ADMIN, "POST", f"/v1/units/{code}/merge-into", json={"into": into})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (status, pointer)
    assert (await call(ADMIN, "GET", f"/v1/units/{code}")).json()["status"] == "active"


async def test_only_two_roles_end_units(call: Any, city: None) -> None:
    for verb in ("merge-into", "dissolve", "restore"):
        answer = await call("leader@cdi-xn", "POST", f"/v1/units/su-coop/{verb}", json={"into": "su-dh-water"})
        assert answer.status_code == 403


async def test_relations_tell_the_place_of_a_unit(call: Any, city: None) -> None:
    both = {"unit_type": "supervision_office", "parent_code": "cdi-xn", "in_charge": ["leader-7"]}
    await put(call, "sup1-xn", **both)
    await put(call, "inv1-xn", **{**both, "unit_type": "investigation_office"})
    coop = {"name": "夏宁市供销合作社", "linked_office": "sup2-xn", "cadre_authority": "pc-xn"}
    await put(call, "su-coop", **coop)
    told = (await call("handler", "GET", "/v1/units/su-coop-branch/relations")).json()
    assert told == {
        "code": "su-coop-branch", "superiors": ["su-coop", "pc-xn"], "commission": "su-coop-branch",
        "linked_office": "sup2-xn", "dispatched_groups": ["dg-coop"], "cadre_authority": "pc-xn",
        "in_charge": [], "led_jointly_with": [], "below": [],
    }  # fmt: skip
    joint = (await call("handler", "GET", "/v1/units/sup1-xn/relations")).json()
    assert joint["led_jointly_with"] == ["inv1-xn"]
    led = (await call("handler", "GET", "/v1/units?in_charge=leader-7")).json()["items"]
    assert [unit["code"] for unit in led] == ["inv1-xn", "sup1-xn"]
    hosts = (await call("handler", "GET", "/v1/units?host_unit=su-coop")).json()["items"]
    assert [unit["code"] for unit in hosts] == ["dg-coop"]


async def test_a_copy_rebuilt_from_events_equals_the_original(
    call: Any, new_cadre: Any, resources: Resources, harness: Harness
) -> None:
    """In any order, with repeats: the version decides."""
    await put(call, "su-water", aliases=["水利"])
    await put(call, "su-water", name="夏宁市水务局", linked_office="sup1-xn")
    await call(ADMIN, "POST", "/v1/units/su-dh-water/merge-into", json={"into": "su-water"})
    await call(ADMIN, "POST", "/v1/units/su-coop-branch/dissolve")
    async with resources.database.sessions() as session:
        original = {row.code: row for row in await session.execute(select(unit_copy))}
        staged = (await session.execute(select(tables.outbox))).all()
    rows = [row for row in staged if row.headers["ce-type"] == "pool.unit.upserted.v1"]
    for seed in range(5):
        shuffled = [*rows, *rows[::3]]
        random.Random(seed).shuffle(shuffled)
        async with resources.database.sessions.begin() as session:
            await session.execute(text("delete from unit_copy"))
        for row in shuffled:
            async with resources.transactions(_system()) as uow:
                envelope = Envelope.from_headers(row.headers)
                event = UnitUpserted.model_validate(json.loads(row.data))
                await harness.handlers[event.type](uow, envelope, event)
        async with resources.database.sessions() as session:
            assert {row.code: row for row in await session.execute(select(unit_copy))} == original
    listed = (await call("handler", "GET", "/v1/units?limit=200")).json()["items"]
    async with resources.database.sessions.begin() as session:
        await session.execute(text("delete from unit_copy"))
        for document in listed:
            await store_unit(session, document)
        assert {row.code: row for row in await session.execute(select(unit_copy))} == original


def _system() -> Any:
    from chassis.identity import SYSTEM

    return SYSTEM


async def test_the_past_cannot_be_rewritten(call: Any, city: None, resources: Resources) -> None:
    from sqlalchemy.exc import ProgrammingError

    for statement in ("update unit_version set reason = 'x'", "delete from unit_version"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            async with resources.database.sessions.begin() as session:
                await session.execute(text(statement))
