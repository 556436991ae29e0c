"""An approval is checked before a move is taken: role and unit, four eyes, recusal, the paper's number."""

from typing import Any

import pytest
from chassis.testing.harness import Harness

SUPERVISOR = "supervisor@cmo-dh"
ACROSS = {"to_unit": "cdi-xs", "reason": "r", "legal_basis": "b"}
BODIES: dict[str, dict[str, Any]] = {
    "assign": {"lead_unit": "inv1-dh", "co_units": []},
    "transfer": ACROSS,
    "forward": ACROSS,
    "return": {"reason": "r"},
}
BEFORE = {"assign": "accepted", "return": "assigned"}


@pytest.fixture
async def people(harness: Harness, city: None) -> None:
    await harness.add_principal("chief-xs", "cdi-xs", "principal_leader")
    await harness.add_principal("lead-inv1", "inv1-dh", "leader")
    await harness.add_principal("lead-sup1", "sup1-dh", "leader")
    await harness.add_principal("clerk-dh", "cmo-dh", "case_supervisor")


@pytest.fixture
def ready(register: Any, bring: Any) -> Any:
    async def make(verb: str) -> Any:
        clue = await register("officer@pet-dh")
        return await bring(clue, BEFORE[verb]) if verb in BEFORE else clue

    return make


@pytest.fixture
def name(call: Any) -> Any:
    """``await name(clue, verb, approver)`` → the answer of the move that names this approver."""

    async def take(clue: Any, verb: str, approver: Any, who: str = SUPERVISOR) -> Any:
        body = {**BODIES[verb], "approved_by": approver}
        return await call(who, "POST", f"/v1/clues/{clue['id']}/{verb}", body)

    return take


WRONG = [
    ("nobody-anywhere", "approver_not_verified"),
    ("chief-xs", "wrong_approver"),
    ("clerk-dh", "wrong_approver"),
    (SUPERVISOR, "own_approval"),
]


@pytest.mark.parametrize("verb", list(BODIES))
async def test_who_may_not_approve_is_refused_and_nothing_moves(
    verb: str, people: None, ready: Any, name: Any, call: Any
) -> None:
    clue = await ready(verb)
    for approver, code in WRONG:
        answer = await name(clue, verb, approver)
        assert (answer.status_code, answer.json()["code"]) == (422, code), approver
    assert (await call(SUPERVISOR, "GET", f"/v1/clues/{clue['id']}")).json()["version"] == clue["version"]
    assert (await name(clue, verb, "principal@cdi-dh")).status_code == 200


async def test_an_assignment_is_the_principal_leaders(people: None, ready: Any, name: Any) -> None:
    clue = await ready("assign")
    for approver in ("deputy@cdi-dh", "lead-sup1"):
        answer = (await name(clue, "assign", approver)).json()
        assert answer["code"] == "wrong_approver"
        assert answer["approver"] == {"roles": ["leader", "principal_leader"], "units": ["cdi-dh", "inv1-dh"]}
    assert (await name(clue, "assign", "lead-inv1")).status_code == 200, "of the unit that is to lead"


async def test_a_leader_returns_by_doing_it_and_names_nobody_for_show(people: None, ready: Any, name: Any) -> None:
    clue = await ready("return")
    leader = "deputy@cdi-dh"
    assert (await name(clue, "return", "nobody-anywhere", leader)).json()["code"] == "approver_not_verified"
    done = await name(clue, "return", leader, leader)
    assert (done.status_code, done.json()["status"]) == (200, "registered"), "and sees what became of it"


async def test_whoever_is_recused_approves_nothing(people: None, ready: Any, name: Any, call: Any) -> None:
    clue = await ready("assign")
    path = f"/v1/clues/{clue['id']}/recusals"
    assert (await call("officer@pet-dh", "POST", path, {"sub": "principal@cdi-dh"})).status_code == 201
    assert (await name(clue, "assign", "principal@cdi-dh")).json()["code"] == "approver_recused"


PAPERS: list[tuple[str, dict[str, str], str, str]] = [
    ("口头同意", {}, "/approved_by/offline_ref", "no_document_number"),
    ("12", {}, "/approved_by/offline_ref", "no_document_number"),
    ("纪批〔2026〕号", {}, "/approved_by/offline_ref", "no_document_number"),
    ("纪批〔2027〕3号", {}, "/approved_by/offline_ref", "year_out_of_range"),
    ("纪批〔0206〕3号", {}, "/approved_by/offline_ref", "year_out_of_range"),
    ("纪批〔2026〕3号", {"approved_on": "2026-11-24"}, "/approved_by/approved_on", "in_the_future"),
]


async def test_a_paper_has_a_number_and_is_not_of_the_future(ready: Any, name: Any) -> None:
    clue = await ready("assign")
    for reference, more, pointer, code in PAPERS:
        answer = await name(clue, "assign", {"offline_ref": reference, **more})
        assert answer.status_code == 422, reference
        (error,) = answer.json()["errors"]
        assert (error["pointer"], error["code"]) == (pointer, code), reference
    deputys = {"offline_ref": "纪批〔2026〕3号", "office": "deputy_leader"}
    assert (await name(clue, "assign", deputys)).json()["code"] == "wrong_approver"
    paper = {**deputys, "kind": "instruction", "office": "party_secretary", "approved_on": "2026-11-20"}
    assigned = (await name(clue, "assign", paper)).json()
    assert assigned["assignment_approval"] == {**paper, "sub": None, "unverified": None}


async def test_a_decision_names_only_whom_the_rank_table_asks_for(
    people: None, register: Any, bring: Any, call: Any
) -> None:
    clue = await register("officer@pet-dh", subjects=[{"name": "乙", "rank": "bureau_chief"}])
    await bring(clue, "proposed")
    path = f"/v1/clues/{clue['id']}/approve-disposition"
    for named, code in (("deputy@cdi-dh", "wrong_approver"), ("handler@inv1-dh", "own_proposal")):
        assert (await call("principal@cdi-dh", "POST", path, {"approved_by": named})).json()["code"] == code
    assert (await call("principal@cdi-dh", "POST", path, {"approved_by": "lead-inv1"})).status_code == 200


async def test_a_share_is_approved_by_a_leader_who_neither_asks_nor_gets_it(
    people: None, register: Any, call: Any
) -> None:
    clue = await register("officer@pet-dh")
    wish = {
        "grantee": "handler@inv1-xs",
        "parts": ["subjects"],
        "purpose": "会商",
        "expires_at": "2026-12-01T00:00:00Z",
    }
    path = f"/v1/clues/{clue['id']}/shares"
    for approver, code in (*WRONG, ("handler@inv1-xs", "own_approval")):
        answer = await call(SUPERVISOR, "POST", path, {**wish, "approved_by": approver})
        assert (answer.status_code, answer.json()["code"]) == (422, code), approver
    assert (await call(SUPERVISOR, "POST", path, {**wish, "approved_by": "deputy@cdi-dh"})).status_code == 201


async def test_one_handler_files_no_case(people: None, register: Any, bring: Any, call: Any) -> None:
    clue = await bring(await register("officer@pet-dh"), "approved", method="preliminary_verification")
    handler, path = "handler@inv1-dh", f"/v1/clues/{clue['id']}/record-result"
    filed = {"outcome": "case_filed"}
    missing = await call(handler, "POST", path, filed)
    assert (missing.status_code, missing.json()["code"]) == (422, "approval_missing")
    assert missing.json()["approver"] == {"roles": ["leader", "principal_leader"], "units": ["cdi-dh", "inv1-dh"]}
    for approver, code in (*WRONG[:3], (handler, "own_approval"), ("deputy@cdi-dh", "wrong_approver")):
        answer = await call(handler, "POST", path, {**filed, "approved_by": approver})
        assert (answer.status_code, answer.json()["code"]) == (422, code), approver
    assert (await call(SUPERVISOR, "GET", f"/v1/clues/{clue['id']}")).json()["status"] == "preliminary_verification"
    done = await call(handler, "POST", path, {**filed, "approved_by": "principal@cdi-dh"})
    assert (done.status_code, done.json()["status"]) == (200, "case_filed")


async def test_a_first_form_for_a_managed_cadre_is_the_principal_leaders(
    people: None, register: Any, bring: Any, call: Any
) -> None:
    clue = await register("officer@pet-dh", subjects=[{"name": "乙", "rank": "bureau_chief"}])
    await bring(clue, "approved")
    path, talk = f"/v1/clues/{clue['id']}/record-result", {"outcome": "first_form"}
    assert (await call("handler@inv1-dh", "POST", path, talk)).json()["code"] == "approval_missing"
    paper = {"offline_ref": "纪批〔2026〕9号", "office": "principal_leader"}
    assert (await call("handler@inv1-dh", "POST", path, {**talk, "approved_by": paper})).status_code == 200


async def test_a_trial_stack_notes_what_it_cannot_verify(
    people: None, ready: Any, name: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HELI_CLUE_APPROVALS", "note")
    assigned = (await name(await ready("assign"), "assign", "nobody-anywhere")).json()
    assert (assigned["status"], assigned["assignment_approval"]["unverified"]) == ("assigned", "approver_not_verified")
