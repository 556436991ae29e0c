"""Cadres over HTTP: entry, change, search, rights."""

from typing import Any
from uuid import uuid4

import pytest
from chassis.testing.harness import Harness

MANAGER = "pool_manager@pc-xn"
CADRE = {
    "name": "测试丙",
    "home_unit": "sup2-xn",
    "rank": "division_deputy",
    "gender": "male",
    "birth_date": "1980-05-01",
    "party_member": True,
    "native_place": "东湖区",
    "tags": ["audit", "interview"],
    "pool_kinds": ["inspection_leader", "inspection_member"],
    "work_history": [{"unit_code": "sup2-xn", "post": "副主任", "from": "2021-03-01", "to": None}],
    "relatives": [{"relation": "sibling", "unit_code": "su-coop", "name": "何䶮宁"}],
    "sub": "user-c",
}


async def test_a_cadre_posted_by_a_pool_manager_is_active_and_linked(call: Any, city: None, harness: Harness) -> None:
    answer = await call(MANAGER, "POST", "/v1/cadres", json=CADRE)
    assert answer.status_code == 201
    cadre = answer.json()
    assert answer.headers["location"] == f"/v1/cadres/{cadre['id']}"
    assert (cadre["status"], cadre["sub"], cadre["days_lent"]) == ("active", "user-c", 0)
    assert cadre["work_history"] == CADRE["work_history"]
    assert "relatives" not in cadre
    entered = (await harness.staged_events("pool.cadre.entered.v1"))[0]
    assert entered.data == {
        "cadre_id": cadre["id"],
        "home_unit": "sup2-xn",
        "state": "active",
        "pool_kinds": ["inspection_leader", "inspection_member"],
    }
    principal = (await harness.staged_events("pool.principal.upserted.v1"))[0]
    assert (principal.data["sub"], principal.data["cadre_id"]) == ("user-c", cadre["id"])


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"birth_date": "2026-11-24"}, "/birth_date", "date_in_future"),
        ({"work_history": [{"unit_code": "sup2-xn", "post": "a", "from": "2021-03-01", "to": "2020-01-01"}]},
         "/work_history/0/to", "ends_before_start"),
        ({"home_unit": "nowhere"}, "/home_unit", "unknown_unit"),
        ({"work_history": [{"unit_code": "nowhere", "post": "a", "from": "2021-03-01"}]},
         "/work_history/0/unit_code", "unknown_unit"),
        ({"relatives": [{"relation": "spouse", "unit_code": "nowhere"}]}, "/relatives/0/unit_code", "unknown_unit"),
        ({"rank": "king"}, "/rank", "enum"),
        ({"gender": "x"}, "/gender", "enum"),
        ({"pool_kinds": ["case", "golf"]}, "/pool_kinds/1", "enum"),
        ({"salary": 1}, "/salary", "extra_forbidden"),
        ({"work_history": [{"unit_code": "sup2-xn", "post": "a", "from": "2021-03-01", "why": "x"}]},
         "/work_history/0/why", "extra_forbidden"),
    ],
)  # fmt: skip
async def test_a_wrong_cadre_is_refused_and_the_field_named(
    call: Any, city: None, harness: Harness, change: dict[str, Any], pointer: str, code: str
) -> None:
    answer = await call(MANAGER, "POST", "/v1/cadres", json={**CADRE, **change})
    assert answer.status_code == 422
    assert (pointer, code) in [(error["pointer"], error["code"]) for error in answer.json()["errors"]]
    assert await harness.staged_events("pool.cadre") == []


async def test_the_same_person_enters_once(call: Any, city: None) -> None:
    first = (await call(MANAGER, "POST", "/v1/cadres", json={**CADRE, "sub": None})).json()
    again = await call(MANAGER, "POST", "/v1/cadres", json={**CADRE, "sub": None})
    assert (again.status_code, again.json()["code"]) == (409, "cadre_exists")
    assert again.json()["cadre_id"] == first["id"]
    namesake = await call(MANAGER, "POST", "/v1/cadres", json={**CADRE, "sub": None, "birth_date": "1981-05-01"})
    assert namesake.status_code == 201


async def test_the_same_name_and_birthday_elsewhere_is_somebody_else_once_both_have_a_number(
    call: Any, city: None
) -> None:
    def number(serial: int) -> str:
        digits = f"41010019800501{serial:03d}"
        weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
        return digits + "10X98765432"[sum(int(one) * by for one, by in zip(digits, weights, strict=True)) % 11]

    here = {**CADRE, "sub": None}
    there = {**here, "home_unit": "sup1-xn"}
    first = (await call(MANAGER, "POST", "/v1/cadres", json=here)).json()
    for body in (there, {**there, "id_number": number(1)}):
        refused = await call(MANAGER, "POST", "/v1/cadres", json=body)
        assert (refused.status_code, refused.json()["cadre_id"]) == (409, first["id"])
    await call(MANAGER, "PATCH", f"/v1/cadres/{first['id']}", json={"id_number": number(3)}, headers={"If-Match": "*"})
    assert (await call(MANAGER, "POST", "/v1/cadres", json=there)).status_code == 409
    assert (await call(MANAGER, "POST", "/v1/cadres", json={**there, "id_number": number(1)})).status_code == 201


async def test_one_account_belongs_to_one_cadre(call: Any, city: None) -> None:
    await call(MANAGER, "POST", "/v1/cadres", json=CADRE)
    other = await call(MANAGER, "POST", "/v1/cadres", json={**CADRE, "name": "测试丁"})
    assert (other.status_code, other.json()["code"]) == (409, "cadre_linked_elsewhere")


async def test_a_retry_with_the_same_key_is_the_same_cadre(call: Any, city: None, harness: Harness) -> None:
    key = {"Idempotency-Key": "load-1"}
    first = await call(MANAGER, "POST", "/v1/cadres", json=CADRE, headers=key)
    again = await call(MANAGER, "POST", "/v1/cadres", json=CADRE, headers=key)
    assert (again.status_code, again.json()) == (201, first.json())
    assert len(await harness.staged_events("pool.cadre")) == 1


async def test_overlapping_posts_at_two_units_are_flagged_not_refused(call: Any, city: None) -> None:
    history = [
        {"unit_code": "sup1-xn", "post": "科员", "from": "2018-01-01", "to": "2019-06-30"},
        {"unit_code": "sup2-xn", "post": "科员", "from": "2019-06-30", "to": None},
    ]
    answer = await call(MANAGER, "POST", "/v1/cadres", json={**CADRE, "work_history": history})
    assert answer.json()["flags"] == ["overlapping_history"]


async def test_a_change_needs_the_present_version_and_touches_only_what_is_sent(call: Any, city: None) -> None:
    cadre = (await call(MANAGER, "POST", "/v1/cadres", json=CADRE)).json()
    path = f"/v1/cadres/{cadre['id']}"
    assert (await call(MANAGER, "PATCH", path, json={"rank": "clerk"})).status_code == 428
    changed = await call(MANAGER, "PATCH", path, json={"tags": ["legal"]}, headers={"If-Match": '"1"'})
    assert changed.json() == {
        **cadre, "tags": ["legal"], "tag_codes": ["legal"], "unlisted_tags": ["legal"], "version": 2,
        "updated_at": changed.json()["updated_at"],
    }  # fmt: skip
    stale = await call(MANAGER, "PATCH", path, json={"tags": []}, headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    emptied = await call(MANAGER, "PATCH", path, json={"name": None}, headers={"If-Match": '"2"'})
    assert emptied.status_code == 422
    moved = await call(MANAGER, "PATCH", path, json={"sub": None}, headers={"If-Match": '"2"'})
    assert moved.json()["sub"] is None


async def test_suspend_resume_exit(call: Any, new_cadre: Any, harness: Harness) -> None:
    path = f"/v1/cadres/{await new_cadre('sup1-xn', sub='u1')}"
    states = [
        (await call(MANAGER, "POST", f"{path}/{verb}", json={"reason": "考核"})).json().get("status")
        for verb in ("suspend", "resume", "exit")
    ]
    assert states == ["suspended", "active", "exited"]
    refused = await call(MANAGER, "POST", f"{path}/suspend")
    assert (refused.status_code, refused.json()["state"], refused.json()["allowed_moves"]) == (409, "exited", [])
    assert [event.data["state"] for event in await harness.staged_events("pool.cadre.exited.v1")] == ["exited"]
    assert (await call("service", "GET", "/v1/principals/u1")).json()["cadre_id"] is None
    assert (await call(MANAGER, "GET", "/v1/cadres")).json()["items"] == []


async def test_somebody_who_is_lent_cannot_leave(call: Any, new_cadre: Any, lend: Any) -> None:
    cadre_id = await new_cadre("sup1-xn")
    assert (await lend([cadre_id])).status_code == 201
    refused = await call(MANAGER, "POST", f"/v1/cadres/{cadre_id}/exit")
    assert (refused.status_code, refused.json()["code"]) == (409, "cadre_is_lent")


async def test_the_list_filters_by_tag_pool_home_and_period(call: Any, new_cadre: Any, lend: Any) -> None:
    one = await new_cadre("sup1-xn", tags=["audit"], pool_kinds=["case"])
    two = await new_cadre("sup2-xn", tags=["audit", "legal"], pool_kinds=["inspection_member"])
    await lend([one])

    async def ids(query: str) -> list[str]:
        return [item["id"] for item in (await call(MANAGER, "GET", f"/v1/cadres?{query}")).json()["items"]]

    assert await ids("tag=audit") == [one, two]
    assert await ids("tag=legal") == [two]
    assert await ids("pool_kind=case") == [one]
    assert await ids("home_unit=sup2-xn") == [two]
    assert await ids("available_from=2026-12-14&available_to=2026-12-20") == [two]
    assert await ids("available_from=2026-12-15&available_to=2026-12-20") == [one, two]
    assert (await call(MANAGER, "GET", "/v1/cadres?available_from=2026-12-15")).status_code == 422
    assert (await call(MANAGER, "GET", "/v1/cadres?tag=a%00b")).status_code == 422


async def test_a_search_tells_fitness_availability_and_days_lent(call: Any, new_cadre: Any, lend: Any) -> None:
    lent = await new_cadre("sup1-xn", name="李云飞", tags=["audit"], pool_kinds=["inspection_leader"])
    free = await new_cadre("sup2-xn", name="王云飞", tags=["audit"], pool_kinds=["inspection_member"])
    await new_cadre("sup2-xn", name="赵无关", tags=[], pool_kinds=[])
    await lend([lent])
    body = {
        "name": "云飞",
        "period": {"from": "2026-12-10", "to": "2026-12-20"},
        "demands": [
            {"role": "leader", "count": 1, "tags": ["audit"], "pool_kinds": ["inspection_leader"]},
            {"role": "member", "count": 3, "tags": ["audit"]},
        ],
    }
    items = (await call("service", "POST", "/v1/cadre-searches", json=body)).json()["items"]
    told = {item["id"]: (item["available"], item["days_lent"], item["roles"]) for item in items}
    assert told == {lent: (False, 14, ["leader", "member"]), free: (True, 0, ["member"])}
    body["available_only"] = True
    items = (await call("service", "POST", "/v1/cadre-searches", json=body)).json()["items"]
    assert [item["id"] for item in items] == [free]


async def test_services_read_in_bulk_and_people_in_pages(call: Any, new_cadre: Any) -> None:
    ids = [await new_cadre("sup1-xn") for _ in range(5)]
    assert (await call(MANAGER, "POST", "/v1/cadre-searches", json={"limit": 201})).status_code == 422
    answer = await call("service", "POST", "/v1/cadre-searches", json={"limit": 2000})
    assert [item["id"] for item in answer.json()["items"]] == ids
    page = (await call("service", "POST", "/v1/cadre-searches", json={"limit": 3})).json()
    rest = (await call("service", "POST", "/v1/cadre-searches", json={"cursor": page["next_cursor"]})).json()
    assert [item["id"] for item in page["items"] + rest["items"]] == ids


async def test_a_percent_sign_in_a_search_is_a_percent_sign(call: Any, new_cadre: Any) -> None:
    await new_cadre("sup1-xn")
    assert (await call(MANAGER, "POST", "/v1/cadre-searches", json={"name": "%"})).json()["items"] == []


async def test_home_units_see_their_own_people_and_others_none(call: Any, new_cadre: Any) -> None:
    own, other = await new_cadre("sup1-xn"), await new_cadre("insp-xn")
    for who in ("home_unit_approver@sup1-xn", "leader@cdi-xn"):
        assert (await call(who, "GET", f"/v1/cadres/{own}")).status_code == 200
        assert (await call(who, "GET", f"/v1/cadres/{other}")).status_code == 404
        listed = (await call(who, "GET", "/v1/cadres")).json()["items"]
        assert [item["id"] for item in listed] == [own]
    for who in ("handler@sup1-xn", "platform_admin", "auditor@cdi-xn"):
        assert (await call(who, "GET", f"/v1/cadres/{own}")).status_code == 403
        assert (await call(who, "POST", "/v1/cadre-searches", json={})).status_code == 403
    assert (await call(MANAGER, "GET", f"/v1/cadres/{uuid4()}")).status_code == 404
    assert (await call("inspection_office@insp-xn", "POST", "/v1/cadres", json=CADRE)).status_code == 403
