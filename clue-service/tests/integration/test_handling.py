"""A clue from registration to its filed result: who may move it, what is refused, what is said."""

from typing import Any

import pytest
from chassis.clock import FixedClock
from chassis.testing.harness import Harness


async def test_a_clue_goes_from_registration_to_its_result(call: Any, register: Any, harness: Harness) -> None:
    clue = await register(
        "officer@pet-xn", subjects=[{"name": "甲", "unit_code": "su-housing"}], origin_ref="finding:9"
    )
    path = f"/v1/clues/{clue['id']}"
    steps: list[tuple[str, str, Any, str]] = [
        ("officer@pet-xn", "accept", {}, "accepted"),
        (
            "supervisor@cmo-xn",
            "assign",
            {"lead_unit": "inv1-xn", "co_units": ["sup1-xn"], "approved_by": {"offline_ref": "paper 7"}},
            "assigned",
        ),
        (
            "handler@inv1-xn",
            "propose-disposition",
            {"method": "talk_inquiry", "reason": "r", "plan": "p"},
            "disposition_proposed",
        ),
        ("principal@cdi-xn", "approve-disposition", {}, "talk_inquiry"),
        ("handler@inv1-xn", "record-result", {"outcome": "first_form"}, "closed"),
        ("supervisor@cmo-xn", "archive", {}, "archived"),
    ]
    for version, (who, verb, body, status) in enumerate(steps, 2):
        answer = await call(who, "POST", f"{path}/{verb}", body)
        assert (answer.status_code, answer.json().get("status")) == (200, status), answer.text
        assert answer.headers["etag"] == f'"{answer.json()["version"]}"'
        assert answer.json()["version"] == version + (verb == "archive") + (verb == "record-result")
    done = (await call("supervisor@cmo-xn", "GET", path)).json()
    assert (done["closure"], done["result"]["four_forms"]) == ("first_form", 1)
    approvals = done["disposition"]["approval"], done["assignment_approval"]
    named = [{key: value for key, value in approval.items() if value is not None} for approval in approvals]
    assert named == [{"sub": "principal@cdi-xn"}, {"offline_ref": "paper 7"}]
    events = await harness.staged_events("clue.clue")
    assert [(event.type.split(".")[2], event.version) for event in events] == [
        ("registered", 1),
        ("accepted", 2),
        ("assigned", 3),
        ("disposition_proposed", 4),
        ("disposition_approved", 5),
        ("result_recorded", 6),
        ("closed", 7),
        ("archived", 8),
    ]
    result = events[5].data
    assert (result["outcome"], result["status"], result["closure"]) == ("first_form", "closed", "first_form")
    assert (result["origin_ref"], result["subject_units"], result["lead_unit"]) == (
        "finding:9",
        ["su-housing"],
        "inv1-xn",
    )
    assert events[3].data["approver_roles"] == ["deputy_leader", "leader", "principal_leader"]
    timeline = (await call("supervisor@cmo-xn", "GET", f"{path}/timeline")).json()["items"]
    assert [step["action"] for step in timeline] == ["register", "match", *(verb for _, verb, _, _ in steps)]
    assert timeline[2]["from_status"] == "registered"


async def test_the_clock_of_the_opinion_runs_stops_and_goes_on(call: Any, register: Any, bring: Any) -> None:
    clue = await register("officer@pet-dh")
    assert clue["due_at"] is None
    path = f"/v1/clues/{clue['id']}"
    assigned = await bring(clue, "assigned")
    assert (assigned["due_rule"], assigned["due_at"]) == ("disposition_opinion", "2026-12-23T15:59:59Z")
    proposal = {"method": "on_hold", "reason": "r"}
    proposed = (await call("handler@inv1-dh", "POST", f"{path}/propose-disposition", proposal)).json()
    assert proposed["due_at"] is None
    rejected = (await call("leader@inv1-dh", "POST", f"{path}/reject-disposition", {"reason": "no"})).json()
    assert (rejected["status"], rejected["due_at"]) == ("assigned", assigned["due_at"])
    wish = {"until": "2026-12-20", "reason": "r", "approved_by": {"offline_ref": "批 1"}}
    assert (await call("supervisor@cmo-dh", "POST", f"{path}/extend", wish)).status_code == 422
    later = await call("supervisor@cmo-dh", "POST", f"{path}/extend", {**wish, "until": "2027-01-15"})
    assert (later.status_code, later.json()["due_at"]) == (200, "2027-01-15T15:59:59Z")


@pytest.mark.parametrize(
    ("method", "rule", "due"),
    [
        ("talk_inquiry", "talk_inquiry_report", "2026-12-23T15:59:59Z"),
        ("preliminary_verification", "preliminary_verification", "2027-02-23T15:59:59Z"),
        ("on_hold", "on_hold_review", "2027-11-23T15:59:59Z"),
        ("closed", None, None),
    ],
)
async def test_an_approved_method_starts_its_own_clock(
    method: str, rule: str | None, due: str | None, call: Any, register: Any, bring: Any, harness: Harness
) -> None:
    clue = await bring(await register("officer@pet-dh"), "approved", method=method)
    assert (clue["due_rule"], clue["due_at"]) == (rule, due)
    (event,) = await harness.staged_events("clue.clue.disposition_approved")
    assert event.data["due_at"] == due
    if due is not None:
        assert clue["due_provisional"] is due.startswith("2027"), "the calendar of 2027 is not published"
        wish = {"until": "2028-01-15", "reason": "r", "approved_by": {"offline_ref": "批 1"}}
        later = await call("supervisor@cmo-dh", "POST", f"/v1/clues/{clue['id']}/extend", wish)
        assert (later.status_code, later.json()["status"]) == (200, clue["status"])
        assert later.json()["due_at"] == "2028-01-15T15:59:59Z"


async def test_the_clock_of_a_check_ends_with_its_result(call: Any, register: Any, bring: Any) -> None:
    clue = await bring(await register("officer@pet-dh"), "approved", method="talk_inquiry")
    body = {"outcome": "first_form"}
    done = (await call("handler@inv1-dh", "POST", f"/v1/clues/{clue['id']}/record-result", body)).json()
    assert (done["status"], done["due_rule"], done["due_at"]) == ("closed", None, None)


async def test_an_overdue_clue_is_listed_as_such(call: Any, register: Any, bring: Any, clock: FixedClock) -> None:
    late = await register("officer@pet-dh")
    await register("officer@pet-dh", origin_ref="x:2")
    await bring(late, "assigned")
    clock.advance(days=40)
    listed = (await call("supervisor@cmo-dh", "GET", "/v1/clues?overdue=true")).json()["items"]
    assert [clue["id"] for clue in listed] == [late["id"]]
    listed = (await call("supervisor@cmo-dh", "GET", "/v1/clues?overdue=false")).json()["items"]
    assert late["id"] not in [clue["id"] for clue in listed]


async def test_a_forbidden_move_says_what_is_possible(call: Any, register: Any, harness: Harness) -> None:
    clue = await register("officer@pet-dh")
    answer = await call("supervisor@cmo-dh", "POST", f"/v1/clues/{clue['id']}/archive")
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["state"]) == (409, "move_refused", "registered")
    assert problem["allowed_moves"] == [
        "accept", "decline", "forward", "assign-down", "transfer", "split", "retain-as-repeat", "seal",
    ]  # fmt: skip
    assert len(await harness.staged_events("clue.clue")) == 1


async def test_an_outcome_of_another_check_is_refused(call: Any, register: Any, bring: Any) -> None:
    clue = await bring(await register("officer@pet-dh"), "approved")
    answer = await call("handler@inv1-dh", "POST", f"/v1/clues/{clue['id']}/record-result", {"outcome": "case_filed"})
    assert (answer.status_code, answer.json()["code"]) == (409, "move_refused")
    assert answer.json()["allowed_outcomes"] == ["accepted_explanation", "first_form"]
    wrong = {"outcome": "first_form", "four_forms": 3}
    assert (await call("handler@inv1-dh", "POST", f"/v1/clues/{clue['id']}/record-result", wrong)).status_code == 422


async def test_a_verification_can_end_in_a_case(call: Any, register: Any, bring: Any) -> None:
    clue = await bring(await register("officer@pet-dh"), "approved", method="preliminary_verification")
    body = {"outcome": "case_filed", "four_forms": 4, "approved_by": "principal@cdi-dh"}
    answer = await call("handler@inv1-dh", "POST", f"/v1/clues/{clue['id']}/record-result", body)
    assert (answer.json()["status"], answer.json()["closure"]) == ("case_filed", None)


async def test_a_direct_closure_is_announced_as_one(call: Any, register: Any, bring: Any, harness: Harness) -> None:
    clue = await bring(await register("officer@pet-dh"), "approved", method="closed")
    assert (clue["status"], clue["closure"]) == ("closed", "direct")
    assert [event.type for event in await harness.staged_events("clue.clue.closed")] == ["clue.clue.closed.v1"]
    path = f"/v1/clues/{clue['id']}"
    reopened = await call("supervisor@cmo-dh", "POST", f"{path}/reopen", {"reason": "new evidence"})
    assert (reopened.json()["status"], reopened.json()["closure"]) == ("disposition_proposed", None)
    rejected = await call("principal@cdi-dh", "POST", f"{path}/reject-disposition", {})
    assert (rejected.json()["status"], rejected.json()["closure"]) == ("closed", "direct")


REFUSED = [
    ("officer@pet-dh", "assign", {"lead_unit": "inv1-dh", "approved_by": "principal@cdi-dh"}, 403),
    ("handler@inv1-dh", "accept", {}, 403),
    ("supervisor@cmo-xs", "accept", {}, 404),
    ("officer@pet-xs", "accept", {}, 404),
    ("supervisor@cmo-dh", "assign", {"lead_unit": "nowhere", "approved_by": "principal@cdi-dh"}, 422),
    ("supervisor@cmo-dh", "assign", {"lead_unit": "inv1-dh"}, 422),
    ("supervisor@cmo-dh", "assign", {"lead_unit": "inv1-dh", "approved_by": {"offline": "x"}}, 422),
    ("supervisor@cmo-dh", "assign", {"lead_unit": "inv1-dh", "approved_by": ""}, 422),
    ("supervisor@cmo-dh", "accept", {"why": "unknown field"}, 422),
]


async def test_a_move_by_the_wrong_person_or_with_a_wrong_body_is_refused(call: Any, register: Any) -> None:
    clue = await register("officer@pet-dh")
    for who, verb, body, status in REFUSED:
        answer = await call(who, "POST", f"/v1/clues/{clue['id']}/{verb}", body)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), (who, body)
    assert (await call("officer@pet-dh", "GET", f"/v1/clues/{clue['id']}")).json()["version"] == 1


async def test_a_clue_is_assigned_within_its_commission_only(call: Any, register: Any, bring: Any) -> None:
    clue = await bring(await register("officer@pet-dh"), "accepted")
    body = {"lead_unit": "inv1-xs", "co_units": ["sup1-dh"], "approved_by": "principal@cdi-dh"}
    answer = await call("supervisor@cmo-dh", "POST", f"/v1/clues/{clue['id']}/assign", body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/lead_unit")
    body = {"lead_unit": "cdi-dh", "approved_by": "principal@cdi-dh"}
    assert (await call("supervisor@cmo-dh", "POST", f"/v1/clues/{clue['id']}/assign", body)).status_code == 200


async def test_named_members_handle_alone(call: Any, register: Any, bring: Any) -> None:
    clue = await bring(await register("officer@pet-dh"), "accepted")
    path = f"/v1/clues/{clue['id']}"
    body = {"lead_unit": "inv1-dh", "members": ["handler1@inv1-dh"], "approved_by": "principal@cdi-dh"}
    await call("supervisor@cmo-dh", "POST", f"{path}/assign", body)
    assert (await call("handler1@inv1-dh", "GET", path)).status_code == 200
    assert (await call("handler2@inv1-dh", "GET", path)).status_code == 404
    assert (await call("handler@sup1-dh", "GET", path)).status_code == 404


async def test_nobody_decides_an_own_proposal_and_rank_counts(call: Any, register: Any, bring: Any) -> None:
    clue = await register("officer@pet-dh", subjects=[{"name": "乙", "rank": "bureau_chief"}])
    await bring(clue, "proposed")
    path = f"/v1/clues/{clue['id']}/approve-disposition"
    answer = await call("leader@inv1-dh", "POST", path, {}, sub="handler@inv1-dh")
    assert (answer.status_code, answer.json()["code"]) == (403, "own_proposal")
    answer = await call("deputy@cdi-dh", "POST", path)
    assert (answer.status_code, answer.json()["roles"]) == (403, ["leader", "principal_leader"])
    assert (await call("leader@sup1-dh", "POST", path)).status_code == 404
    assert (await call("supervisor@cmo-dh", "POST", path)).status_code == 403
    assert (await call("principal@cdi-dh", "POST", path)).status_code == 200


async def test_a_stale_version_is_refused(call: Any, register: Any) -> None:
    clue = await register("officer@pet-dh")
    path = f"/v1/clues/{clue['id']}/accept"
    answer = await call("officer@pet-dh", "POST", path, headers={"If-Match": '"7"'})
    assert (answer.status_code, answer.json()["code"]) == (412, "stale_version")
    assert (await call("officer@pet-dh", "POST", path, headers={"If-Match": '"1"'})).status_code == 200


async def test_a_returned_clue_starts_anew(call: Any, register: Any, bring: Any, harness: Harness) -> None:
    clue = await bring(await register("officer@pet-dh"), "assigned")
    body = {"reason": "wrong body", "approved_by": "deputy@cdi-dh"}
    answer = await call("supervisor@cmo-dh", "POST", f"/v1/clues/{clue['id']}/return", body)
    assert (answer.json()["status"], answer.json()["lead_unit"], answer.json()["due_at"]) == ("registered", None, None)
    (event,) = await harness.staged_events("clue.clue.returned")
    assert event.data["from_unit"] == "inv1-dh"
    assert (await call("handler@inv1-dh", "GET", f"/v1/clues/{clue['id']}")).status_code == 404


async def test_a_repeat_is_retained_with_its_first_clue(call: Any, register: Any) -> None:
    first = await register("officer@pet-dh")
    second = await register("officer@pet-dh", origin_ref="again:1")
    elsewhere = await register("officer@pet-xs", origin_ref="again:2")
    path = f"/v1/clues/{second['id']}/retain-as-repeat"
    for wrong in (second, elsewhere):
        answer = await call("supervisor@cmo-dh", "POST", path, {"first_clue_id": wrong["id"]})
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "not_a_first_clue")
    answer = await call("supervisor@cmo-dh", "POST", path, {"first_clue_id": first["id"]})
    assert (answer.json()["status"], answer.json()["first_clue_id"]) == ("retained_as_repeat", first["id"])
    assert answer.json()["due_at"] is None
    seen = (await call("supervisor@cmo-dh", "GET", f"/v1/clues/{first['id']}")).json()
    assert seen["matter_id"] == answer.json()["matter_id"] is not None


async def test_a_verification_turns_into_a_talk(call: Any, register: Any, bring: Any) -> None:
    clue = await bring(await register("officer@pet-dh"), "approved", method="preliminary_verification")
    path = f"/v1/clues/{clue['id']}"
    proposal = {"method": "talk_inquiry", "reason": "r"}
    assert (await call("handler@inv1-dh", "POST", f"{path}/propose-disposition", proposal)).status_code == 200
    approved = (await call("principal@cdi-dh", "POST", f"{path}/approve-disposition")).json()
    assert (approved["status"], approved["due_rule"]) == ("talk_inquiry", "talk_inquiry_report")
