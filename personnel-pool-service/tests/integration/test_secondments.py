"""Secondments over HTTP: from the request to the evaluation."""

from typing import Any
from uuid import uuid4

import pytest
from chassis.testing.harness import Harness

MANAGER = "pool_manager@pc-xn"


async def members(call: Any, path: str) -> dict[str, str]:
    answer = (await call(MANAGER, "GET", path)).json()
    return {member["cadre_id"]: member["state"] for member in answer["members"]}


async def test_a_group_is_reserved_at_once(call: Any, new_cadre: Any, lend: Any, harness: Harness) -> None:
    one, two = await new_cadre("sup1-xn"), await new_cadre("insp-xn")
    answer = await lend([one, two], request_ref="team:7")
    assert answer.status_code == 201
    body = answer.json()
    assert (body["status"], body["state"], body["version"]) == ("requested", "requested", 1)
    assert body["period"] == {"from": "2026-12-01", "to": "2026-12-14"}
    assert [member["home_unit"] for member in body["members"]] == ["sup1-xn", "insp-xn"]
    read = await call("inspection_office@insp-xn", "GET", answer.headers["location"])
    assert (read.json(), read.headers["etag"]) == (body, '"1"')
    event = (await harness.staged_events("pool.secondment.requested.v1"))[0]
    assert event.data == {
        "secondment_id": body["id"],
        "request_ref": "team:7",
        "purpose": "inspection",
        "period_from": "2026-12-01",
        "period_to": "2026-12-14",
        "state": "requested",
        "home_units": ["insp-xn", "sup1-xn"],
        "seats": [
            {"cadre_id": one, "role": "member", "home_unit": "sup1-xn", "state": "requested"},
            {"cadre_id": two, "role": "member", "home_unit": "insp-xn", "state": "requested"},
        ],
    }
    by_ref = (await call("service", "GET", "/v1/secondments?request_ref=team:7&status=requested")).json()
    assert [item["id"] for item in by_ref["items"]] == [body["id"]]


async def test_from_consent_to_evaluation(call: Any, new_cadre: Any, lend: Any, harness: Harness) -> None:
    one, two = await new_cadre("sup1-xn"), await new_cadre("insp-xn")
    path = (await lend([one, two])).headers["location"]
    first = await call("home_unit_approver@sup1-xn", "POST", f"{path}/approve")
    assert (first.json()["status"], first.headers["etag"]) == ("requested", '"2"')
    early = await call(MANAGER, "POST", f"{path}/activate", json={})
    assert (early.status_code, early.json()["state"]) == (409, "requested")
    assert "approve" in early.json()["allowed_moves"]
    assert (await call("home_unit_approver@insp-xn", "POST", f"{path}/approve", json={})).json()["state"] == "approved"
    assert (await call("service", "POST", f"{path}/activate")).json()["status"] == "active"
    harness.resources.clock.advance(days=12)
    assert (await call("service", "POST", f"{path}/end")).json()["status"] == "ended"
    grade = {"cadre_id": one, "grade": "excellent", "comment": "认真"}
    rated = await call("inspection_office@insp-xn", "POST", f"{path}/evaluate", json={"evaluations": [grade]})
    assert rated.json()["status"] == "evaluated"
    told = {m["cadre_id"]: m["evaluation"] for m in (await call(MANAGER, "GET", path)).json()["members"]}
    assert told == {one: {"grade": "excellent", "comment": "认真"}, two: None}
    unseen = (await call("home_unit_approver@sup1-xn", "GET", path)).json()["members"]
    assert [member["evaluation"] for member in unseen] == [None]
    kinds = [event.type.split(".")[2] for event in await harness.staged_events("pool.secondment")]
    assert kinds == ["requested", "approved", "approved", "activated", "ended", "evaluated"]
    assert [event.version for event in await harness.staged_events("pool.secondment")] == [1, 2, 3, 4, 5, 6]


async def test_nobody_is_taken_twice_and_a_refused_group_holds_nobody(call: Any, new_cadre: Any, lend: Any) -> None:
    taken, free = await new_cadre("sup1-xn"), await new_cadre("insp-xn")
    await lend([taken])
    refused = await lend([free, taken], "2026-12-14", "2026-12-20")
    assert (refused.status_code, refused.json()["code"]) == (409, "double_booked")
    assert refused.json()["cadre_ids"] == [taken]
    assert (await lend([free], "2026-12-14", "2026-12-20")).status_code == 201
    assert (await lend([taken], "2026-12-15", "2026-12-20")).status_code == 201


async def test_a_home_unit_lends_no_more_than_its_share(call: Any, new_cadre: Any, lend: Any) -> None:
    people = [await new_cadre("sup1-xn") for _ in range(5)]
    refused = await lend(people[:3])
    assert (refused.status_code, refused.json()["code"]) == (409, "home_unit_quota")
    assert refused.json()["quotas"] == {"sup1-xn": 2}
    assert (await lend(people[:2])).status_code == 201
    assert (await lend(people[2:3], "2026-12-14", "2026-12-16")).json()["code"] == "home_unit_quota"
    assert (await lend(people[2:4], "2026-12-15", "2026-12-16")).status_code == 201


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"period": {"from": "2026-12-02", "to": "2026-12-01"}}, "/period", "ends_before_start"),
        ({"members": []}, "/members", "too_short"),
        ({"request_ref": "a b"}, "/request_ref", "string_pattern_mismatch"),
        ({"request_ref": f"support:{uuid4()}"}, "/request_ref", "made_by_placing"),
        ({"period": {"from": "2026-11-01", "to": "2026-11-22"}}, "/period/to", "date_in_past"),
        ({"period": {"from": "2026-12-02"}}, "/period/to", "missing"),
        ({"because": "x"}, "/because", "extra_forbidden"),
        ({"members": [{"cadre_id": "x", "role": "member"}]}, "/members/0/cadre_id", "uuid_parsing"),
        ({"members": [{"cadre_id": str(uuid4()), "role": "member"}]}, "/members/0/cadre_id", "unknown_cadre"),
    ],
)
async def test_a_wrong_request_is_refused_by_field(
    call: Any, city: None, change: dict[str, Any], pointer: str, code: str
) -> None:
    body = {
        "purpose": "inspection",
        "request_ref": "team:1",
        "period": {"from": "2026-12-01", "to": "2026-12-14"},
        "members": [{"cadre_id": str(uuid4()), "role": "member"}],
        **change,
    }
    answer = await call(MANAGER, "POST", "/v1/secondments", json=body)
    assert answer.status_code == 422
    assert (pointer, code) in [(error["pointer"], error["code"]) for error in answer.json()["errors"]]


async def test_people_named_twice_suspended_or_for_too_long_are_refused(call: Any, new_cadre: Any, lend: Any) -> None:
    cadre_id = await new_cadre("sup1-xn")
    assert (await lend([cadre_id, cadre_id])).json()["errors"][0]["pointer"] == "/members/1/cadre_id"
    assert (await lend([cadre_id], "2026-12-01", "2027-03-01")).json()["code"] == "period_too_long"
    await call(MANAGER, "POST", f"/v1/cadres/{cadre_id}/suspend")
    idle = await lend([cadre_id])
    assert (idle.status_code, idle.json()["code"]) == (409, "cadre_not_active")


async def test_a_purpose_in_words_stays_in_the_pool(call: Any, new_cadre: Any, harness: Harness) -> None:
    body = {
        "purpose": "机动巡察 某单位",
        "request_ref": "team:1",
        "period": {"from": "2026-12-01", "to": "2026-12-01"},
        "members": [{"cadre_id": await new_cadre("sup1-xn"), "role": "leader"}],
    }
    assert (await call("service", "POST", "/v1/secondments", json=body)).json()["purpose"] == body["purpose"]
    assert (await harness.staged_events("pool.secondment"))[0].data["purpose"] == "other"


async def test_a_refusal_frees_the_seat_and_another_takes_it(
    call: Any, new_cadre: Any, lend: Any, harness: Harness
) -> None:
    one, two, spare = await new_cadre("sup1-xn"), await new_cadre("insp-xn"), await new_cadre("sup2-xn")
    path = (await lend([one, two])).headers["location"]
    refused = await call("home_unit_approver@sup1-xn", "POST", f"{path}/refuse", json={"reason": "人手不足"})
    assert refused.json()["state"] == "replacement_wanted"
    event = (await harness.staged_events("pool.secondment.refused.v1"))[0]
    assert (event.data["freed"], event.data["decided_by"]) == ([one], "sup1-xn")
    assert (await lend([one])).status_code == 201
    await call("home_unit_approver@insp-xn", "POST", f"{path}/approve")
    swap = {"members": [{"replaces": one, "cadre_id": spare}]}
    assert (await call(MANAGER, "POST", f"{path}/replace", json=swap)).json()["status"] == "requested"
    again = await call(MANAGER, "POST", f"{path}/replace", json=swap)
    assert again.status_code == 409
    assert await members(call, path) == {two: "approved", spare: "requested"}
    done = await call("leader@cdi-xn", "POST", f"{path}/approve")
    assert done.json()["state"] == "approved"


async def test_a_seat_nobody_sat_in_is_filled_and_its_home_unit_asked(call: Any, new_cadre: Any, lend: Any) -> None:
    one, two, busy = await new_cadre("sup1-xn"), await new_cadre("sup2-xn"), await new_cadre("insp-xn")
    path = (await lend([one])).headers["location"]
    await lend([busy])
    await call("leader@cdi-xn", "POST", f"{path}/approve")
    for wrong in ({"cadre_id": two}, {"cadre_id": two, "role": "member", "replaces": one}):
        assert (await call(MANAGER, "POST", f"{path}/replace", json={"members": [wrong]})).status_code == 422
    seat = {"cadre_id": two, "role": "liaison"}
    for more, code in (({"cadre_id": busy, "role": "member"}, "double_booked"), (seat, "invalid_request")):
        refused = await call(MANAGER, "POST", f"{path}/replace", json={"members": [seat, more]})
        assert refused.json()["code"] == code
    assert await members(call, path) == {one: "approved"}
    added = await call(MANAGER, "POST", f"{path}/replace", json={"members": [seat]})
    assert added.json()["status"] == "requested"
    assert {m["cadre_id"]: (m["role"], m["state"]) for m in added.json()["members"]} == {
        one: ("member", "approved"),
        two: ("liaison", "requested"),
    }
    assert (await call(MANAGER, "POST", f"{path}/replace", json={"members": [seat]})).json()["code"] == "double_booked"
    assert (await call("leader@cdi-xn", "POST", f"{path}/approve")).json()["status"] == "approved"


async def test_only_the_home_unit_and_those_above_it_decide(call: Any, new_cadre: Any, lend: Any) -> None:
    path = (await lend([await new_cadre("sup1-xn")])).headers["location"]
    assert (await call("home_unit_approver@sup2-xn", "POST", f"{path}/approve")).status_code == 404
    for who in ("pool_manager@pc-xn", "handler@sup1-xn", "service"):
        assert (await call(who, "POST", f"{path}/approve")).status_code == 403
    stranger = await call("leader@su-coop", "POST", f"{path}/approve")
    assert stranger.status_code == 404
    assert (await call("principal_leader@cdi-xn", "POST", f"{path}/approve")).json()["status"] == "approved"


async def test_who_sees_everything_but_speaks_for_nobody_is_told_so(
    client: Any, headers: Any, new_cadre: Any, lend: Any
) -> None:
    path = (await lend([await new_cadre("sup1-xn")])).headers["location"]
    both = headers("u", "insp-xn", "inspection_office", "home_unit_approver")
    answer = await client.post(f"{path}/approve", headers=both)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_your_seats")


async def test_home_units_see_their_own_seats_only(call: Any, new_cadre: Any, lend: Any) -> None:
    one, two = await new_cadre("sup1-xn"), await new_cadre("insp-xn")
    path = (await lend([one, two])).headers["location"]
    seen = (await call("home_unit_approver@insp-xn", "GET", path)).json()["members"]
    assert [member["cadre_id"] for member in seen] == [two]
    listed = (await call("home_unit_approver@sup2-xn", "GET", "/v1/secondments")).json()
    assert listed["items"] == []
    assert (await call("handler@sup1-xn", "GET", path)).status_code == 403


async def test_repeated_consent_changes_nothing(call: Any, new_cadre: Any, lend: Any, harness: Harness) -> None:
    path = (await lend([await new_cadre("sup1-xn")])).headers["location"]
    answers = [await call("home_unit_approver@sup1-xn", "POST", f"{path}/approve") for _ in range(3)]
    assert [(one.status_code, one.headers["etag"]) for one in answers] == [(200, '"2"')] * 3
    assert len(await harness.staged_events("pool.secondment.approved.v1")) == 1


async def test_recall_frees_what_was_not_served(call: Any, new_cadre: Any, lend: Any, harness: Harness) -> None:
    one, two = await new_cadre("sup1-xn"), await new_cadre("insp-xn")
    path = (await lend([one, two])).headers["location"]
    for home in ("sup1-xn", "insp-xn"):
        await call(f"home_unit_approver@{home}", "POST", f"{path}/approve")
    await call(MANAGER, "POST", f"{path}/activate")
    harness.resources.clock.advance(days=10)  # 3 December
    recalled = await call("home_unit_approver@sup1-xn", "POST", f"{path}/recall", json={"reason": "急需"})
    assert recalled.json()["status"] == "active"
    assert await members(call, path) == {one: "recalled", two: "active"}
    assert (await lend([one], "2026-12-03", "2026-12-05")).status_code == 409
    assert (await lend([one], "2026-12-04", "2026-12-05")).status_code == 201
    everybody = await call(MANAGER, "POST", f"{path}/recall")
    assert everybody.json()["status"] == "recalled"
    assert (await call(MANAGER, "POST", f"{path}/recall")).json()["allowed_moves"] == []


async def test_an_extension_keeps_to_the_limit_and_to_other_bookings(call: Any, new_cadre: Any, lend: Any) -> None:
    cadre_id = await new_cadre("sup1-xn")
    path = (await lend([cadre_id])).headers["location"]
    await call("home_unit_approver@sup1-xn", "POST", f"{path}/approve")
    await lend([cadre_id], "2026-12-20", "2026-12-24")
    extend = lambda day: call(MANAGER, "POST", f"{path}/extend", json={"to": day})  # noqa: E731
    assert (await extend("2026-12-14")).status_code == 422
    assert (await extend("2027-03-01")).json()["code"] == "period_too_long"
    assert (await extend("2026-12-20")).json()["code"] == "double_booked"
    assert (await extend("2026-12-19")).json()["period"] == {"from": "2026-12-01", "to": "2026-12-19"}
    assert (await lend([cadre_id], "2026-12-19", "2026-12-19")).status_code == 409


async def test_ending_early_frees_the_rest(call: Any, new_cadre: Any, lend: Any) -> None:
    cadre_id = await new_cadre("sup1-xn")
    path = (await lend([cadre_id])).headers["location"]
    await call("home_unit_approver@sup1-xn", "POST", f"{path}/approve")
    await call(MANAGER, "POST", f"{path}/activate")
    assert (await call(MANAGER, "POST", f"{path}/end")).json()["status"] == "ended"
    assert (await call(MANAGER, "GET", f"/v1/cadres/{cadre_id}")).json()["days_lent"] == 0
    assert (await lend([cadre_id])).status_code == 201


async def test_a_stale_version_is_refused(call: Any, new_cadre: Any, lend: Any) -> None:
    path = (await lend([await new_cadre("sup1-xn")])).headers["location"]
    stale = await call(MANAGER, "POST", f"{path}/recall", headers={"If-Match": '"7"'})
    assert stale.status_code == 412


async def test_a_retry_with_the_same_key_lends_once(call: Any, new_cadre: Any, lend: Any) -> None:
    cadre_id = await new_cadre("sup1-xn")
    key = {"Idempotency-Key": "adopt-1"}
    first = await lend([cadre_id], who="service", headers=key)
    again = await lend([cadre_id], who="service", headers=key)
    assert (again.status_code, again.json()) == (201, first.json())
    other = await lend([cadre_id], "2027-01-01", "2027-01-02", who="service", headers=key)
    assert other.json()["code"] == "idempotency_key_reused"


async def test_a_token_of_an_unknown_unit_reads_nobody(call: Any, new_cadre: Any, lend: Any) -> None:
    cadre_id = await new_cadre("sup1-xn")
    posting = (await lend([cadre_id])).json()["id"]
    for role in ("pool_manager", "inspection_office", "org_department", "home_unit_approver"):
        who = f"{role}@nowhere"
        assert (await call(who, "GET", "/v1/cadres")).json()["items"] == []
        assert (await call(who, "GET", "/v1/secondments")).json()["items"] == []
        assert (await call(who, "GET", f"/v1/secondments/{posting}")).status_code == 404


async def test_a_reference_may_be_in_any_script_and_a_refusal_silent(call: Any, new_cadre: Any, lend: Any) -> None:
    posting = await lend([await new_cadre("sup1-xn")], request_ref="专案2026-3")
    assert posting.status_code == 201
    refused = await call("home_unit_approver@sup1-xn", "POST", f"{posting.headers['location']}/refuse", json={})
    assert (refused.status_code, refused.json()["status"]) == (200, "replacement_wanted")
