"""Handlers leave, fall ill, are recused: others take over, whatever state the clue is in; approvals are kept."""

from typing import Any

import pytest
from chassis.testing.harness import Harness


async def test_others_go_on_where_the_only_handler_left(call: Any, register: Any, bring: Any, harness: Harness) -> None:
    clue = await register("officer@pet-xn")
    path = f"/v1/clues/{clue['id']}"
    await call("supervisor@cmo-xn", "POST", f"{path}/accept")
    assigned = {"lead_unit": "inv1-xn", "members": ["leaver", "another"], "approved_by": "principal@cdi-xn"}
    assert (await call("supervisor@cmo-xn", "POST", f"{path}/assign", assigned)).status_code == 200
    proposal = {"method": "preliminary_verification", "reason": "r"}
    proposed = await call("handler@inv1-xn", "POST", f"{path}/propose-disposition", proposal, sub="leaver")
    assert proposed.status_code == 200
    before = (await call("principal@cdi-xn", "POST", f"{path}/approve-disposition")).json()
    assert (await call("handler@inv1-xn", "GET", path)).status_code == 404

    body = {"members": ["another", "handler@inv1-xn"], "reason": "原承办人调离"}
    alone = await call("supervisor@cmo-xn", "POST", f"{path}/change-members", body)
    assert (alone.status_code, alone.json()["errors"][0]["pointer"]) == (422, "/approved_by")
    named = {**body, "approved_by": "deputy@cdi-xn"}
    after = await call("supervisor@cmo-xn", "POST", f"{path}/change-members", named)
    assert after.status_code == 200, after.text
    for kept in ("status", "due_at", "due_rule", "clock_start", "lead_unit", "disposition"):
        assert after.json()[kept] == before[kept], kept
    assert (await call("handler@inv1-xn", "GET", path, sub="leaver")).status_code == 404
    (event,) = await harness.staged_events("clue.clue.members_changed")
    assert (event.data["members"], event.data["status"]) == (["another", "handler@inv1-xn"], "preliminary_verification")

    filed = {"outcome": "case_filed", "approved_by": "principal@cdi-xn"}
    assert (await call("handler@inv1-xn", "POST", f"{path}/record-result", filed)).status_code == 200
    late = await call("principal@cdi-xn", "POST", f"{path}/change-members", {"members": [], "reason": "r"})
    assert (late.status_code, late.json()["code"]) == (409, "move_refused")


@pytest.mark.parametrize("to", ["assigned", "proposed", "approved"])
async def test_a_leader_may_let_all_handlers_of_the_unit_in_again(
    to: str, call: Any, register: Any, bring: Any
) -> None:
    clue = await bring(await register("officer@pet-xn"), to)
    path = f"/v1/clues/{clue['id']}"
    for members, met in ((["somebody-else"], 404), ([], 200)):
        changed = await call("principal@cdi-xn", "POST", f"{path}/change-members", {"members": members, "reason": "r"})
        assert (changed.status_code, changed.json()["status"]) == (200, clue["status"]), changed.text
        assert (await call("handler@inv1-xn", "GET", path)).status_code == met


async def test_every_approval_stays_in_the_timeline_whatever_becomes_of_the_clue(
    call: Any, register: Any, bring: Any
) -> None:
    clue = await bring(await register("officer@pet-xn"), "assigned")
    path = f"/v1/clues/{clue['id']}"
    paper = {"offline_ref": "纪批〔2026〕12号", "office": "deputy_leader"}
    body = {"reason": "实质内容不足", "approved_by": paper}
    returned = await call("supervisor@cmo-xn", "POST", f"{path}/return", body)
    assert (returned.status_code, returned.json()["assignment_approval"]) == (200, None), returned.text
    steps = (await call("supervisor@cmo-xn", "GET", f"{path}/timeline")).json()["items"]
    found = {
        one["action"]: {key: value for key, value in one["approval"].items() if value is not None}
        for one in steps
        if one["approval"]
    }
    assert found == {"assign": {"sub": "principal@cdi-xn"}, "return": paper}
