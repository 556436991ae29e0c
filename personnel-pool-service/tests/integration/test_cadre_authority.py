"""Who manages whom, over HTTP."""

from typing import Any

MANAGER = "pool_manager@pc-xn"
PATH = "/v1/units/su-coop/cadre-authority"
RULES = {
    "rules": [
        {"committee": "pc-xn", "top_leader": True},
        {"committee": "pc-xn", "from_rank": "division_deputy"},
        {"committee": "su-coop"},
    ]
}


async def asked(call: Any, *items: dict[str, Any], who: str = "case_supervisor@cdi-xn") -> Any:
    return await call(who, "POST", "/v1/cadre-authority-queries", json={"items": list(items)})


async def test_rules_are_written_once_and_answer_for_the_unit_and_below(call: Any, city: None) -> None:
    first = await call("org_department@pc-xn", "PUT", PATH, json=RULES)
    again = await call(MANAGER, "PUT", PATH, json=RULES)
    assert [(one.status_code, one.headers["etag"]) for one in (first, again)] == [(201, '"1"'), (200, '"1"')]
    assert (await call("handler@sup1-xn", "GET", PATH)).json() == first.json()
    person = {"name": "测试乙", "unit_code": "su-coop-branch", "post": "主任", "rank": "section_chief"}
    await call(MANAGER, "PUT", "/v1/supervised-persons/sp-1", json={**person, "is_top_leader": True})
    await call(MANAGER, "PUT", "/v1/supervised-persons/sp-2", json={**person, "managing_committee": "pc-dh"})
    answer = await asked(
        call,
        {"unit_code": "su-coop", "rank": "division_chief"},
        {"unit_code": "su-coop-branch", "rank": "clerk"},
        {"person_code": "sp-1"},
        {"person_code": "sp-2"},
        {"unit_code": "su-dh-water"},
    )
    told = [
        (one["committee"], one["commission"], one["basis"], one["unit_code"], one["rule"])
        for one in answer.json()["items"]
    ]
    assert told == [
        ("pc-xn", "cdi-xn", "post_rule", "su-coop", 1),
        ("su-coop", "cdi-xn", "post_rule", "su-coop", 2),
        ("pc-xn", "cdi-xn", "post_rule", "su-coop", 0),
        ("pc-dh", None, "person", None, None),
        ("pc-dh", None, "nearest_committee", None, None),
    ]


async def test_rules_that_make_no_sense_are_refused_whole(call: Any, city: None) -> None:
    for rules, code in (
        ([{"committee": "nowhere"}], "unknown_unit"),
        ([{"committee": "pc-xn", "from_rank": "above", "to_rank": "clerk"}], "ranks_upside_down"),
        ([{"committee": "pc-xn"}, {"committee": "pc-dh", "rank": "clerk"}], "extra_forbidden"),
        ([{"committee": "pc-xn"}, {"committee": "pc-dh", "top_leader": True}], "unreachable_rule"),
    ):
        answer = await call(MANAGER, "PUT", PATH, json={"rules": rules})
        assert answer.status_code == 422
        assert code in {answer.json()["code"], *(one["code"] for one in answer.json()["errors"])}
    assert (await call(MANAGER, "GET", PATH)).json() == {"unit_code": "su-coop", "rules": [], "version": 0}
    assert (await call(MANAGER, "PUT", "/v1/units/nowhere/cadre-authority", json=RULES)).status_code == 404
    assert (await call("handler@sup1-xn", "PUT", PATH, json=RULES)).status_code == 403
    await call(MANAGER, "PUT", PATH, json=RULES)
    stale = await call(MANAGER, "PUT", PATH, json={"rules": []}, headers={"If-Match": '"7"'})
    assert stale.status_code == 412


async def test_unknown_people_and_units_are_named_and_a_persons_post_is_not_overwritten(call: Any, city: None) -> None:
    lost = await asked(call, {"unit_code": "su-coop"}, {"unit_code": "nowhere"})
    assert [one["pointer"] for one in lost.json()["errors"]] == ["/items/1/unit_code"]
    unknown = await asked(call, {"person_code": "sp-9"})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown_person")
    assert (await asked(call, {"person_code": "sp-9", "rank": "clerk"})).status_code == 422
    assert (await asked(call, {"unit_code": "su-coop"}, who="platform_admin")).status_code == 403


async def test_a_merged_committee_hands_its_authority_over_and_a_named_one_is_not_dissolved(
    call: Any, city: None
) -> None:
    await call(MANAGER, "PUT", PATH, json={"rules": [{"committee": "su-dh-water"}]})
    held = await call(MANAGER, "POST", "/v1/units/su-dh-water/dissolve")
    assert (held.status_code, held.json()["cadre_authorities"]) == (409, 1)
    merged = await call(MANAGER, "POST", "/v1/units/su-dh-water/merge-into", json={"into": "pc-dh"})
    assert merged.status_code == 200, merged.text
    (item,) = (await asked(call, {"unit_code": "su-coop"})).json()["items"]
    assert (item["committee"], item["basis"]) == ("pc-dh", "post_rule")
