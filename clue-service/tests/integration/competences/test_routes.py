"""Competence by cadre authority: the directory suggests, people decide, and moves that lead elsewhere are refused."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx2
import pytest
from chassis.http import Peer
from chassis.service import Resources
from chassis.testing.harness import Harness

SUPERVISOR = "supervisor@cmo-dh"


class Directory:
    """The pool's answers by unit, and what it was asked."""

    def __init__(self) -> None:
        self.commissions: dict[str, str | None] = {}
        self.asked: list[Any] = []
        self.is_down = False

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        if self.is_down:
            return httpx2.Response(503)
        items = json.loads(request.content)["items"]
        self.asked += items
        if any("person_code" in one for one in items):
            return httpx2.Response(422, json={"code": "unknown_person"})
        found = [
            {"committee": "pc-xn", "commission": self.commissions.get(one["unit_code"]), "basis": "unit"}
            for one in items
        ]
        return httpx2.Response(200, json={"items": found})


@pytest.fixture
def directory() -> Directory:
    return Directory()


@pytest.fixture
async def resources(resources: Resources, directory: Directory) -> AsyncIterator[Resources]:
    http = httpx2.AsyncClient(transport=httpx2.MockTransport(directory.answer), base_url="http://pool.test")
    peers: Any = {"pool": Peer("pool", http)}
    yield replace(resources, peers=peers)
    await http.aclose()


async def competence(call: Any, clue: Any, who: str = SUPERVISOR) -> Any:
    answer = await call(who, "GET", f"/v1/clues/{clue['id']}/competence")
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize(
    ("commission", "route", "moves"),
    [
        ("cdi-dh", "own", ["accept", "assign"]),
        ("cdi-xs", "elsewhere", ["forward", "transfer"]),
        ("cdi-xn", "above", ["seal"]),
        (None, "unknown", []),
    ],
)
async def test_the_directory_suggests_a_route_and_forbids_nothing(
    commission: str | None, route: str, moves: list[str], register: Any, call: Any, directory: Directory
) -> None:
    directory.commissions["su-health"] = commission
    clue = await register("officer@pet-dh")
    found = await competence(call, clue)
    assert (found["route"], found["suggested_moves"], found["decision"]) == (route, moves, None)
    assert found["commission"] == commission
    (asked,) = directory.asked
    assert "白秋菊" not in str(asked), "codes go out, never a name"
    assert (await call(SUPERVISOR, "POST", f"/v1/clues/{clue['id']}/accept")).status_code == 200


async def test_several_subjects_of_several_commissions_divide_it_and_one_above_prevails(
    register: Any, call: Any, directory: Directory
) -> None:
    directory.commissions = {"su-health": "cdi-dh", "su-housing": "cdi-xs"}
    subjects = [
        {"name": "白秋菊", "unit_code": "su-health", "person_code": "nobody-1"},
        {"name": "钟国梁", "unit_code": "su-housing"},
    ]
    clue = await register("officer@pet-dh", subjects=subjects)
    found = await competence(call, clue)
    assert (found["route"], found["commission"], "split" in found["suggested_moves"]) == ("divided", None, True)
    directory.commissions["su-housing"] = "cdi-xn"
    assert (await competence(call, clue))["route"] == "above"
    nameless = await register("officer@pet-dh", subjects=[{"unit_name": "某处"}], origin_ref="o:2")
    assert (await competence(call, nameless))["route"] == "unknown", "never guessed"


async def test_what_people_decided_binds_the_moves(register: Any, call: Any, harness: Harness) -> None:
    clue = await register("officer@pet-dh")
    path = f"/v1/clues/{clue['id']}"
    wish = {"commission": "inv1-xs", "reason": "管理权限䶮"}
    assert (await call("officer@pet-dh", "POST", f"{path}/decide-competence", wish)).status_code == 403
    decided = await call(SUPERVISOR, "POST", f"{path}/decide-competence", wish)
    assert decided.status_code == 200, decided.text
    assert (decided.json()["due_rule"], decided.json()["due_at"]) == ("forward_to_competent", "2026-11-30T15:59:59Z")
    refused = await call(SUPERVISOR, "POST", f"{path}/accept")
    problem = refused.json()
    assert (refused.status_code, problem["code"], problem["competent"]) == (409, "competent_elsewhere", "cdi-xs")
    assert (problem["route"], problem["allowed_moves"]) == ("elsewhere", ["forward", "transfer"])
    wrong = await call(SUPERVISOR, "POST", f"{path}/forward", {"to_unit": "cdi-lh", "reason": "r"})
    assert (wrong.status_code, wrong.json()["code"]) == (409, "wrong_route")
    assert (await call(SUPERVISOR, "POST", f"{path}/forward", {"to_body": "某局", "reason": "r"})).status_code == 409
    sent = await call(SUPERVISOR, "POST", f"{path}/forward", {"to_unit": "cmo-xs", "reason": "r"})
    assert (sent.status_code, sent.json()["status"]) == (200, "forwarded")
    (event,) = await harness.staged_events("clue.clue.competence_decided")
    assert (event.data["route"], event.data["due_at"]) == ("elsewhere", "2026-11-30T15:59:59Z")
    assert "䶮" not in str(event.data)


async def test_a_decision_is_changed_as_long_as_nobody_handles_the_clue(
    register: Any, call: Any, directory: Directory
) -> None:
    directory.commissions["su-health"] = "cdi-dh"
    clue = await register("officer@pet-dh")
    path = f"/v1/clues/{clue['id']}"
    for commission in ("cdi-xn", "cdi-dh"):
        body = {"commission": commission, "reason": "r"}
        decided = await call(SUPERVISOR, "POST", f"{path}/decide-competence", body)
        assert decided.status_code == 200
    assert decided.json()["due_at"] is None
    assert (await competence(call, clue))["decision"]["commission"] == "cdi-dh"
    assert (await call(SUPERVISOR, "POST", f"{path}/accept")).status_code == 200
    assign = {"lead_unit": "inv1-dh", "approved_by": "principal@cdi-dh"}
    assert (await call(SUPERVISOR, "POST", f"{path}/assign", assign)).status_code == 200
    late = await call(SUPERVISOR, "POST", f"{path}/decide-competence", {"commission": "cdi-xs", "reason": "r"})
    assert (late.status_code, late.json()["state"]) == (409, "assigned")


async def test_above_only_sealing_is_left(register: Any, call: Any) -> None:
    clue = await register("officer@pet-dh")
    path = f"/v1/clues/{clue['id']}"
    decide = {"commission": "cdi-xn", "reason": "r"}
    assert (await call(SUPERVISOR, "POST", f"{path}/decide-competence", decide)).status_code == 200
    refused = await call(SUPERVISOR, "POST", f"{path}/forward", {"to_unit": "cdi-xn", "reason": "r"})
    assert (refused.status_code, refused.json()["allowed_moves"]) == (409, ["seal"]), "nothing is copied on"
    for who in (SUPERVISOR, "officer@pet-dh"):
        sealed = await call(who, "POST", f"{path}/seal", {"reason": "managed above"})
    assert sealed.json()["status"] == "sealed"


async def test_nobody_learns_of_what_they_may_not_see_and_a_silent_pool_is_told(
    register: Any, call: Any, directory: Directory
) -> None:
    clue = await register("officer@pet-dh")
    assert (await call("supervisor@cmo-xs", "GET", f"/v1/clues/{clue['id']}/competence")).status_code == 404
    assert directory.asked == []
    directory.is_down = True
    answer = await call(SUPERVISOR, "GET", f"/v1/clues/{clue['id']}/competence")
    assert (answer.status_code, answer.json()["code"]) == (503, "peer_unavailable")
