"""The organisation directory over HTTP, on real PostgreSQL."""

import asyncio
from typing import Any

import pytest
from chassis.service import Resources
from chassis.statements import watched
from chassis.testing.harness import Harness
from sqlalchemy import event

HOUSING = {
    "name": "夏宁市住房和城乡建设局",
    "unit_type": "supervised_unit",
    "parent_code": None,
    "level": "city",
    "aliases": ["市住建局"],
}
ADMIN = "platform_admin"


async def test_a_new_unit_answers_201_and_a_repeat_200_with_the_same_etag(call: Any, harness: Harness) -> None:
    first = await call(ADMIN, "PUT", "/v1/units/su-housing", json=HOUSING)
    again = await call(ADMIN, "PUT", "/v1/units/su-housing", json=HOUSING)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.headers["etag"] == again.headers["etag"] == '"1"'
    assert first.json() == again.json()
    assert len(await harness.staged_events("pool.unit.upserted.v1")) == 1


async def test_a_change_bumps_the_version_and_tells_the_whole_row(call: Any, harness: Harness) -> None:
    await call(ADMIN, "PUT", "/v1/units/su-housing", json=HOUSING)
    changed = await call("pool_manager@x1", "PUT", "/v1/units/su-housing", json={**HOUSING, "aliases": ["住建局"]})
    assert changed.json()["version"] == 2
    event = (await harness.staged_events("pool.unit.upserted.v1"))[-1]
    assert event.version == event.data["version"] == 2
    assert {key: event.data[key] for key in changed.json()} == changed.json()


async def test_the_own_directory_copy_is_written_in_the_same_transaction(
    call: Any, harness: Harness, city: None
) -> None:
    tree = await harness.resources.directory.tree(fresh=True)
    assert tree.commission("sup2-xn") == "cdi-xn"
    assert tree.linked_office("su-coop-branch") == "sup2-xn"
    assert tree.dispatched_groups("su-coop") == ["dg-coop"]


async def test_events_go_to_the_commission_of_the_unit(call: Any, harness: Harness, city: None) -> None:
    commissions = {
        event.aggregate_id: event.headers.get("heli-commission") for event in await harness.staged_events("pool.unit")
    }
    assert commissions["cdi-xn"] == commissions["sup1-xn"] == "cdi-xn"
    assert commissions["su-coop"] == "su-coop"


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"parent_code": "nowhere"}, "/parent_code"),
        ({"linked_office": "nowhere"}, "/linked_office"),
        ({"host_units": ["su-coop", "nowhere"]}, "/host_units/1"),
        ({"unit_type": "castle"}, "/unit_type"),
        ({"level": "galaxy"}, "/level"),
        ({"name": ""}, "/name"),
        ({"name": "a\x00b"}, "/name"),
        ({"aliases": ["a\x00b"]}, "/aliases/0"),
        ({"parent_code": "住建局"}, "/parent_code"),
        ({"colour": "red"}, "/colour"),
        ({"supervision_type": "neighbourly"}, "/supervision_type"),
    ],
)
async def test_a_wrong_field_is_named_and_nothing_is_stored(
    call: Any, harness: Harness, city: None, change: dict[str, Any], pointer: str
) -> None:
    answer = await call(ADMIN, "PUT", "/v1/units/su-housing", json={**HOUSING, **change})
    assert answer.status_code == 422
    assert pointer in [error["pointer"] for error in answer.json()["errors"]] or change == {"name": "a\x00b"}
    assert (await call(ADMIN, "GET", "/v1/units/su-housing")).status_code == 404


@pytest.mark.parametrize("code", ["x", "-ab", "a" * 49, "a b", "住建局"])
async def test_a_malformed_code_is_refused(call: Any, code: str) -> None:
    answer = await call(ADMIN, "PUT", f"/v1/units/{code}", json=HOUSING)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/code")


@pytest.mark.parametrize(("code", "parent"), [("pc-xn", "pc-xn"), ("pc-xn", "sup1-xn"), ("su-coop", "su-coop-branch")])
async def test_a_cycle_is_refused(call: Any, city: None, code: str, parent: str) -> None:
    present = (await call(ADMIN, "GET", f"/v1/units/{code}")).json()
    body = {key: value for key, value in present.items() if key not in ("code", "version")} | {"parent_code": parent}
    answer = await call(ADMIN, "PUT", f"/v1/units/{code}", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "unit_cycle")
    assert answer.json()["errors"][0]["pointer"] == "/parent_code"


async def test_two_moves_at_once_never_form_a_cycle(call: Any, city: None) -> None:
    for code in ("ua", "ub"):
        await call(ADMIN, "PUT", f"/v1/units/{code}", json=HOUSING)
    answers = await asyncio.gather(
        call(ADMIN, "PUT", "/v1/units/ua", json={**HOUSING, "parent_code": "ub"}),
        call(ADMIN, "PUT", "/v1/units/ub", json={**HOUSING, "parent_code": "ua"}),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 422]


async def test_a_stale_version_is_refused_and_an_absent_one_is_not_asked_for(call: Any, city: None) -> None:
    put = lambda name, **more: call(ADMIN, "PUT", "/v1/units/su-coop-branch", json={**HOUSING, "name": name}, **more)  # noqa: E731
    assert (await put("甲", headers={"If-Match": '"1"'})).status_code == 200
    assert (await put("乙", headers={"If-Match": '"1"'})).status_code == 412
    assert (await put("丙")).status_code == 200
    new = await call(ADMIN, "PUT", "/v1/units/new", json=HOUSING, headers={"If-Match": '"1"'})
    assert new.status_code == 412


async def test_anybody_with_a_token_reads_and_only_two_roles_write(call: Any, city: None) -> None:
    assert (await call("inspector@sup1-xn", "GET", "/v1/units/su-coop")).status_code == 200
    assert (await call("service", "GET", "/v1/units/su-coop")).status_code == 200
    refused = await call("leader@cdi-xn", "PUT", "/v1/units/su-x", json=HOUSING)
    assert (refused.status_code, refused.json()["code"]) == (403, "role_required")


async def test_the_list_pages_by_code_and_filters(call: Any, city: None) -> None:
    codes: list[str] = []
    cursor = None
    while True:
        query = "?limit=3" + (f"&cursor={cursor}" if cursor else "")
        page = (await call("handler@sup1-xn", "GET", f"/v1/units{query}")).json()
        codes += [unit["code"] for unit in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert codes == sorted(codes)
    assert len(codes) == len(set(codes)) == 10
    below = (await call("handler", "GET", "/v1/units?parent_code=cdi-xn&unit_type=supervision_office")).json()
    assert [unit["code"] for unit in below["items"]] == ["sup1-xn", "sup2-xn"]
    assert (await call("handler", "GET", "/v1/units?cursor=broken")).status_code == 422
    assert (await call("handler", "GET", "/v1/units?limit=201")).status_code == 422


async def test_writing_a_unit_takes_few_statements_however_many_there_are(
    call: Any, resources: Resources, city: None
) -> None:
    statements: list[str] = []

    def record(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    event.listen(resources.database.engine.sync_engine, "before_cursor_execute", record)
    counts = []
    with watched(statements.append):
        for number in range(20):
            statements.clear()
            await call(ADMIN, "PUT", f"/v1/units/bulk-{number}", json={**HOUSING, "parent_code": "pc-xn"})
            counts.append(len(statements))
    assert max(counts) <= 9, "each statement is a round trip: a load of hundreds of units must stay quick"
