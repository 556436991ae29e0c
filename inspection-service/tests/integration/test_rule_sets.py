"""Rule sets as data: drafted, put in force by somebody else, used by runs, never changed afterwards."""

from typing import Any

import pytest

COOP = "su-coop"


def rule(**more: Any) -> dict[str, Any]:
    return {
        "name": "two_auditors",
        "title": {"zh": "组员中须有两名审计干部", "en": "two members are auditors"},
        "seats": ["member"],
        "condition": {"kind": "tag", "any_of": ["audit"]},
        "at_least": 2,
        **more,
    }


def profile(**more: Any) -> dict[str, Any]:
    return {"kind": "profile", "name": "audit_heavy", "rules": [rule()], **more}


async def in_force(city: Any, body: dict[str, Any]) -> Any:
    drafted = await city.office.post("/v1/rule-sets", body, expect=201)
    return await city.leader.post(f"/v1/rule-sets/{drafted['id']}/put-in-force")


async def test_what_is_built_in_can_be_read(city: Any) -> None:
    listed = {one["name"]: one for one in (await city.office.get("/v1/rule-sets"))["items"]}
    assert set(listed) == {"mobile_continuity", "weights"}
    found = await city.office.get(f"/v1/rule-sets/{listed['mobile_continuity']['id']}")
    assert [one["name"] for one in found["rules"]][:2] == ["leader_took_part", "deputy_from_linked_office"]
    assert (found["status"], found["number"], found["office_unit"]) == ("in_force", 1, None)


async def test_a_profile_is_used_by_runs_once_it_is_in_force(city: Any) -> None:
    drafted = await city.office.post("/v1/rule-sets", profile(), expect=201)
    assert (drafted["status"], drafted["number"]) == ("draft", 1)
    target = [{"unit_code": COOP, "profile": "audit_heavy"}]
    refused = await city.office.post("/v1/rounds", city.round_body(targets=target), expect=422)
    assert refused["code"] == "unknown_profile"
    await city.leader.post(f"/v1/rule-sets/{drafted['id']}/put-in-force")
    planned = await city.office.post("/v1/rounds", city.round_body(targets=target), expect=201)
    auditors = [city.peers.pool.add_cadre("insp-xn", tags=["audit"]) for _ in range(2)]
    run = await city.assemble(planned["id"])
    assert run["unmet"] == []
    seats = {m["cadre_id"]: m["role"] for m in run["teams"][0]["members"]}
    assert [seats[str(one)] for one in auditors] == ["member", "member"]
    assert ("audit_heavy", 1) in {(one["name"], one["number"]) for one in run["rules"]}


async def test_a_rule_that_cannot_hold_is_named_with_how_many_are_missing(city: Any) -> None:
    await in_force(city, profile(rules=[rule(at_least=3)]))
    target = [{"unit_code": COOP, "profile": "audit_heavy"}]
    planned = await city.office.post("/v1/rounds", city.round_body(targets=target), expect=201)
    city.peers.pool.add_cadre("insp-xn", tags=["audit"])
    run = await city.assemble(planned["id"])
    # The other auditor is barred.
    assert [(one["rule"], one["missing"]) for one in run["unmet"]] == [("two_auditors", 2)]
    refused = await city.office.post(f"/v1/assembly-runs/{run['id']}/adopt", expect=409)
    assert refused["code"] == "override_reason_required"


async def test_people_of_one_unit_are_bounded_by_the_profile(city: Any) -> None:
    await in_force(city, {"kind": "profile", "name": "mixed", "most_from_one_unit": 2})
    target = [{"unit_code": COOP, "profile": "mixed", "demands": [{"role": "member", "count": 4}]}]
    planned = await city.office.post("/v1/rounds", city.round_body(targets=target), expect=201)
    run = await city.assemble(planned["id"])
    homes = {one["id"]: one["home_unit"] for one in city.peers.pool.cadres}
    seated = [homes[m["cadre_id"]] for m in run["teams"][0]["members"]]
    assert (len(seated), max(seated.count(home) for home in seated)) == (4, 2)


async def test_weights_in_force_change_the_score_and_are_recorded(city: Any) -> None:
    planned = await city.office.post("/v1/rounds", city.round_body(targets=[{"unit_code": COOP}]), expect=201)
    before = await city.assemble(planned["id"])
    made = await in_force(city, {"kind": "weights", "name": "weights", "weights": {"pool_kind": 0, "own_area": 0}})
    assert made["number"] == 2
    after = await city.assemble(planned["id"])
    assert after["objective"] < before["objective"]
    assert {"kind": "weights", "name": "weights", "number": 2, "digest": made["digest"]} in after["rules"]
    again = await city.office.get(f"/v1/assembly-runs/{before['id']}")
    assert again["rules"] == before["rules"]
    await city.office.post(f"/v1/rule-sets/{made['id']}/retire")
    assert (await city.assemble(planned["id"]))["objective"] == before["objective"]


async def test_the_author_may_not_put_it_in_force_and_what_was_in_force_stays_as_it_is(city: Any) -> None:
    both = city.desk("both", "insp-xn", "inspection_office", "leader")
    drafted = await both.post("/v1/rule-sets", profile(), expect=201)
    path = f"/v1/rule-sets/{drafted['id']}"
    assert (await both.post(f"{path}/put-in-force", expect=403))["code"] == "rule_set_author_may_not_decide"
    await city.leader.post(f"{path}/put-in-force")
    refused = await city.office.patch(path, {"note": "x"}, etag=2, expect=409)
    assert refused["code"] == "rule_set_is_final"
    again = await city.leader.post(f"{path}/put-in-force", expect=409)
    assert (again["code"], again["state"], again["allowed_moves"]) == ("move_refused", "in_force", ["retire"])
    second = await in_force(city, profile(rules=[rule(at_least=1)]))
    assert second["number"] == 2
    assert (await city.office.get(path))["status"] == "retired"


async def test_a_draft_can_be_edited_by_whoever_has_seen_it(city: Any) -> None:
    drafted = await city.office.post("/v1/rule-sets", profile(), expect=201)
    path = f"/v1/rule-sets/{drafted['id']}"
    edited = await city.office.patch(path, {"rules": [rule(at_least=1)]}, etag=1)
    assert (edited["rules"][0]["at_least"], edited["version"]) == (1, 2)
    await city.office.patch(path, {"note": "x"}, etag=1, expect=412)
    await city.office.patch(path, {"note": "x"}, expect=428)
    await city.stranger.get(path, expect=404)


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        (profile(rules=[rule(), rule()]), "/rules/1/name", "repeated"),
        (profile(rules=[rule(seats=["member", "member"])]), "/rules/0/seats", "repeated"),
        (profile(rules=[rule(seats=["leader"], widen_if_few=True)]), "/rules/0/widen_if_few", "contradiction"),
        (profile(rules=[]), "/rules", "empty"),
        (profile(weights={"tag": 1}), "/weights", "wrong_kind"),
        (profile(name="weights"), "/name", "wrong_kind"),
        ({"kind": "weights", "name": "heavy", "weights": {"tag": 1}}, "/name", "wrong_kind"),
        ({"kind": "weights", "name": "weights", "weights": {"tag": 1e12}}, "/weights/tag", "out_of_range"),
        ({"kind": "weights", "name": "weights", "weights": {"tag": -1}}, "/weights/tag", "out_of_range"),
        ({"kind": "weights", "name": "weights", "weights": {"beauty": 1}}, "/weights/beauty", "unknown_weight"),
        ({"kind": "weights", "name": "weights"}, "/weights", "empty"),
    ],
)
async def test_a_rule_set_that_contradicts_itself_is_refused_by_field(
    city: Any, body: dict[str, Any], pointer: str, code: str
) -> None:
    refused = await city.office.post("/v1/rule-sets", body, expect=422)
    assert refused["code"] == "invalid_rule_set"
    assert (pointer, code) in {(one["pointer"], one["code"]) for one in refused["errors"]}


@pytest.mark.parametrize(
    "body",
    [
        profile(rules=[rule(condition={"kind": "astrology"})]),
        profile(rules=[rule(weight=99)]),
        profile(rules=[rule(at_least=0)]),
        profile(rules=[rule(seats=["emperor"])]),
        profile(name="Not A Name"),
    ],
)
async def test_a_malformed_rule_set_is_refused(city: Any, body: dict[str, Any]) -> None:
    refused = await city.office.post("/v1/rule-sets", body, expect=422)
    assert refused["errors"]


async def test_not_a_number_is_no_weight(city: Any, client: Any, headers: Any) -> None:
    raw = b'{"kind":"weights","name":"weights","weights":{"tag":NaN}}'
    sent = {**headers("office", "insp-xn", "inspection_office"), "content-type": "application/json"}
    response = await client.post("/v1/rule-sets", content=raw, headers=sent)
    assert response.status_code in {400, 422}
