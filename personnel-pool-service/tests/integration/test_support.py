"""Support requests that name qualifications, placements that answer them, and directed support."""

from typing import Any

import pytest
from chassis.testing.harness import Harness
from personnel_pool_service.directed_supports.domain import Kind

ASKER = "leader@sup2-xn"
DEPARTMENT = "org_department@pc-xn"
MANAGER = "pool_manager@pc-xn"
PERIOD = {"from": "2026-12-01", "to": "2026-12-14"}
WISH = {
    "purpose": "case",
    "reason": "账目复杂，缺少审计人员",
    "period": PERIOD,
    "demands": [{"role": "auditor", "count": 2, "tags": ["audit"], "pool_kinds": ["expert", "case"]}],
}


async def place(call: Any, path: str, *cadre_ids: str, role: str = "auditor") -> Any:
    members = [{"cadre_id": one, "role": role} for one in cadre_ids]
    return await call(MANAGER, "POST", f"{path}/place", json={"members": members})


@pytest.fixture
def auditor(new_cadre: Any) -> Any:
    async def enter(home: str = "sup1-xn", **more: Any) -> str:
        made: str = await new_cadre(home, **{"tags": ["audit"], "pool_kinds": ["expert"], **more})
        return made

    return enter


async def reviewed(call: Any, **more: Any) -> str:
    path: str = (await call(ASKER, "POST", "/v1/support-requests", json={**WISH, **more})).headers["location"]
    assert (await call(DEPARTMENT, "POST", f"{path}/review")).json()["status"] == "reviewed"
    return path


async def test_a_request_is_reviewed_placed_served_and_completed(call: Any, auditor: Any, harness: Harness) -> None:
    path = await reviewed(call)
    one, two = await auditor("sup1-xn"), await auditor("dg-coop")
    answer = await place(call, path, one)
    assert (answer.status_code, answer.json()["status"]) == (200, "placed")
    assert (await place(call, path, two)).status_code == 200
    wish = (await call(ASKER, "GET", path)).json()
    assert [one["seats"] for one in wish["placements"]] == [1, 1]
    still = await call(MANAGER, "POST", f"{path}/complete")
    assert (still.status_code, still.json()["code"]) == (409, "still_serving")
    for placement in wish["placements"]:
        secondment = f"/v1/secondments/{placement['secondment_id']}"
        assert (await call("leader@pc-xn", "POST", f"{secondment}/approve")).status_code == 200
        assert (await call(MANAGER, "POST", f"{secondment}/activate")).status_code == 200
        assert (await call(MANAGER, "POST", f"{secondment}/end")).status_code == 200
    assert (await call(ASKER, "POST", f"{path}/complete")).json()["status"] == "completed"
    events = [event.type.split(".")[2] for event in await harness.staged_events("pool.support_request")]
    assert events == ["submitted", "reviewed", "placed", "placed", "completed"]


async def test_people_who_do_not_fit_or_exceed_the_seats_are_not_placed(
    call: Any, auditor: Any, new_cadre: Any
) -> None:
    path = await reviewed(call)
    stranger, untagged = await new_cadre("sup1-xn", tags=["audit"]), await new_cadre("sup1-xn", pool_kinds=["case"])
    for wrong in (stranger, untagged):
        refused = await place(call, path, wrong)
        assert (refused.status_code, refused.json()["code"]) == (409, "does_not_fit")
        assert refused.json()["cadre_ids"] == [wrong]
    assert (await place(call, path, await auditor(), role="leader")).json()["code"] == "seats_filled"
    three = [await auditor(home) for home in ("sup1-xn", "insp-xn", "dg-coop")]
    assert (await place(call, path, *three)).json()["code"] == "seats_filled"
    assert (await place(call, path, *three[:2])).status_code == 200
    assert (await place(call, path, three[2])).json()["code"] == "seats_filled"
    assert (await call(ASKER, "GET", path)).json()["placements"][0]["seats"] == 2


async def test_a_request_cannot_name_persons_and_is_its_units_own(call: Any, auditor: Any) -> None:
    named = {**WISH, "cadre_ids": [await auditor()]}
    assert (await call(ASKER, "POST", "/v1/support-requests", json=named)).status_code == 422
    foreign = {**WISH, "requesting_unit": "sup1-xn"}
    assert (await call(ASKER, "POST", "/v1/support-requests", json=foreign)).status_code == 403
    path = (await call(ASKER, "POST", "/v1/support-requests", json=WISH)).headers["location"]
    assert (await call("leader@sup1-xn", "GET", path)).status_code == 404
    assert (await call("leader@sup1-xn", "GET", "/v1/support-requests")).json()["items"] == []
    assert len((await call("leader@cdi-xn", "GET", "/v1/support-requests")).json()["items"]) == 1
    assert (await place(call, path, await auditor())).json()["allowed_moves"] == ["review", "reject", "withdraw"]
    assert (await call(ASKER, "POST", f"{path}/withdraw")).json()["status"] == "withdrawn"


async def test_a_placement_respects_recusal_from_the_units_in_question(call: Any, auditor: Any, clue_desk: Any) -> None:
    path = await reviewed(call, target_units=["su-coop"])
    kin = await auditor(relatives=[{"relation": "spouse", "unit_code": "su-coop"}])
    refused = await place(call, path, kin)
    assert (refused.status_code, refused.json()["code"]) == (409, "recusal_blocks")
    assert refused.json()["blocked"] == [{"cadre_id": kin, "target": "su-coop", "code": "personal_ground"}]
    accused = await auditor()
    clue_desk.subjects.add(accused)
    assert (await place(call, path, accused)).json()["code"] == "personal_ground"
    assert (await place(call, path, await auditor())).status_code == 200


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.PERSONNEL])
async def test_help_of_every_kind_is_given_and_evaluated(call: Any, city: None, harness: Harness, kind: Kind) -> None:
    body = {"kind": kind.value, "difficulty": "电子数据提取困难", "period": PERIOD}
    path = (await call(ASKER, "POST", "/v1/directed-supports", json=body)).headers["location"]
    assert (await call(ASKER, "POST", f"{path}/start")).status_code == 409
    assert (await call("handler@sup2-xn", "POST", f"{path}/triage")).status_code == 403
    assert (await call("case_supervisor@cdi-xn", "POST", f"{path}/triage")).status_code == 200
    own = await call(ASKER, "POST", f"{path}/approve")
    assert own.json()["code"] == "second_person_needed"
    assert (await call("principal_leader@cdi-xn", "POST", f"{path}/approve")).status_code == 200
    match = {"provider_unit": "sup1-xn"}
    assert (await call("case_supervisor@cdi-xn", "POST", f"{path}/match", json=match)).status_code == 200
    assert (await call("handler@sup1-xn", "POST", f"{path}/start")).json()["status"] == "active"
    done = await call("handler@sup1-xn", "POST", f"{path}/complete", json={"outcome": "已完成提取"})
    assert done.json()["status"] == "completed"
    final = (await call(ASKER, "POST", f"{path}/evaluate", json={"grade": "excellent"})).json()
    assert (final["status"], final["grade"], final["support_request_id"]) == ("evaluated", "excellent", None)
    assert len(await harness.staged_events("pool.directed_support")) == 7


async def test_personnel_support_becomes_a_support_request(call: Any, auditor: Any) -> None:
    body = {"kind": "personnel", "difficulty": "缺少审计人员", "period": PERIOD, "demands": WISH["demands"]}
    refused = await call(ASKER, "POST", "/v1/directed-supports", json={**body, "demands": []})
    assert refused.json()["errors"][0]["code"] == "demands_for_personnel"
    path = (await call(ASKER, "POST", "/v1/directed-supports", json=body)).headers["location"]
    await call("case_supervisor@cdi-xn", "POST", f"{path}/triage")
    approved = (await call("principal_leader@cdi-xn", "POST", f"{path}/approve")).json()
    request = f"/v1/support-requests/{approved['support_request_id']}"
    assert (await call(ASKER, "GET", request)).json()["status"] == "submitted"
    await call("case_supervisor@cdi-xn", "POST", f"{path}/match", json={"provider_unit": "pc-xn"})
    await call(ASKER, "POST", f"{path}/start")
    early = await call(ASKER, "POST", f"{path}/complete", json={"outcome": "完成"})
    assert early.json()["code"] == "still_serving"
    assert (await call(DEPARTMENT, "POST", f"{request}/reject", json={"reason": "暂无人员"})).status_code == 200
    assert (await call(ASKER, "POST", f"{path}/complete", json={"outcome": "自行解决"})).status_code == 200
