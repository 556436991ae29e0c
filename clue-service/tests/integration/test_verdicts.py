"""Verdicts on pairs: who may, what forms, what falls apart, who leads."""

import asyncio
from typing import Any

import pytest
from chassis.testing.harness import Harness


@pytest.fixture
async def pair(register: Any, matter: Any) -> tuple[dict[str, Any], dict[str, Any], str]:
    """Two clues of one commission and their candidate's id."""
    first = await register("officer@pet-dh", matter[0])
    second = await register("officer@pet-dh", matter[1])
    return first, second, second["candidates"][0]["id"]


SAME = {"decision": "same", "relation": "same_matter_other_reporter", "reason": "one project, one sum"}


async def test_a_verdict_forms_a_matter_and_moves_nothing(call: Any, pair: Any, harness: Harness) -> None:
    first, second, candidate_id = pair
    answer = await call("supervisor@cmo-dh", "POST", f"/v1/candidates/{candidate_id}/decide", SAME)
    verdict = answer.json()
    assert (answer.status_code, verdict["state"], verdict["decision"]) == (200, "decided", "same")
    assert (verdict["clue_id"], verdict["other_clue_id"]) == (second["id"], first["id"])
    assert verdict["suggested_move"] == "retain-as-repeat"
    assert answer.headers["etag"] == '"2"'
    clues = [(await call("officer@pet-dh", "GET", f"/v1/clues/{clue['id']}")).json() for clue in (first, second)]
    assert {(clue["status"], clue["matter_id"], clue["version"]) for clue in clues} == {
        ("registered", verdict["matter_id"], 1)
    }
    assert clues[1]["candidates"][0]["decision"] == "same"
    (event,) = await harness.staged_events("clue.candidate.decided")
    assert (event.data["decision"], event.data["matter_id"]) == ("same", verdict["matter_id"])
    (detected,) = await harness.staged_events("clue.candidate.detected")
    assert detected.data["clue_id"] == second["id"]


async def test_a_verdict_is_asked_once_and_can_be_taken_back(call: Any, pair: Any, harness: Harness) -> None:
    first, _, candidate_id = pair
    path = f"/v1/candidates/{candidate_id}"
    undone = await call("supervisor@cmo-dh", "POST", f"{path}/undo", {"reason": "r"})
    assert (undone.status_code, undone.json()["allowed_moves"]) == (409, ["decide"])
    unsure = {"decision": "unsure", "reason": "r"}
    assert (await call("officer@pet-dh", "POST", f"{path}/decide", unsure)).json()["state"] == "open"
    assert (await call("officer@pet-dh", "POST", f"{path}/decide", SAME)).status_code == 200
    again = await call("officer@pet-dh", "POST", f"{path}/decide", {"decision": "different", "reason": "r"})
    assert (again.status_code, again.json()["state"], again.json()["allowed_moves"]) == (409, "decided", ["undo"])
    undone = await call("officer@pet-dh", "POST", f"{path}/undo", {"reason": "mistaken"})
    assert (undone.json()["state"], undone.json()["decision"], undone.json()["matter_id"]) == ("open", None, None)
    assert (await call("officer@pet-dh", "GET", f"/v1/clues/{first['id']}")).json()["matter_id"] is None
    (event,) = await harness.staged_events("clue.candidate.undone")
    assert event.data["previous_decision"] == "same"


async def test_a_matter_falls_apart_only_where_nothing_else_holds_it(call: Any, register: Any, matter: Any) -> None:
    clues = [await register("officer@pet-dh", form) for form in matter]
    ids = {}
    for clue in clues[1:]:
        for one in clue["candidates"]:
            ids[frozenset({clue["id"], one["clue_id"]})] = one["id"]
    assert len(ids) == 3
    a, b, c = (clue["id"] for clue in clues)
    for two in ({a, b}, {b, c}):
        await call("officer@pet-dh", "POST", f"/v1/candidates/{ids[frozenset(two)]}/decide", SAME)

    async def matters() -> list[str | None]:
        return [(await call("officer@pet-dh", "GET", f"/v1/clues/{one}")).json()["matter_id"] for one in (a, b, c)]

    assert len(set(await matters())) == 1
    await call("officer@pet-dh", "POST", f"/v1/candidates/{ids[frozenset({a, b})]}/undo", {"reason": "r"})
    alone, *rest = await matters()
    assert alone is None
    assert rest[0] == rest[1] is not None


async def test_a_verdict_needs_both_clues_a_reason_and_sense(call: Any, pair: Any) -> None:
    for who, body, status in (
        ("handler@inv1-dh", SAME, 403),
        ("supervisor@cmo-xs", SAME, 404),
        ("officer@pet-dh", {"decision": "same"}, 422),
        ("officer@pet-dh", {**SAME, "relation": "related_subject"}, 422),
        ("officer@pet-dh", {**SAME, "relation": "cousin"}, 422),
        ("officer@pet-dh", {"decision": "maybe", "reason": "r"}, 422),
    ):
        answer = await call(who, "POST", f"/v1/candidates/{pair[2]}/decide", body)
        assert answer.status_code == status, (who, body)


async def test_two_verdicts_at_once_leave_one(call: Any, pair: Any) -> None:
    bodies = [SAME, {"decision": "different", "reason": "r"}] * 3
    path = f"/v1/candidates/{pair[2]}/decide"
    answers = await asyncio.gather(*(call("officer@pet-dh", "POST", path, body) for body in bodies))
    assert sorted(answer.status_code for answer in answers) == [200, *[409] * 5]


async def test_within_a_commission_one_unit_leads_a_matter(call: Any, pair: Any, bring: Any) -> None:
    first, second, candidate_id = pair
    await bring(first, "approved")
    await bring(second, "proposed", lead="sup1-dh")
    await call("officer@pet-dh", "POST", f"/v1/candidates/{candidate_id}/decide", SAME)
    path = f"/v1/clues/{second['id']}/approve-disposition"
    refused = await call("principal@cdi-dh", "POST", path)
    assert (refused.status_code, refused.json()["route"]["unit"]) == (409, "inv1-dh")
    await call("officer@pet-dh", "POST", f"/v1/candidates/{candidate_id}/undo", {"reason": "r"})
    assert (await call("principal@cdi-dh", "POST", path)).status_code == 200
