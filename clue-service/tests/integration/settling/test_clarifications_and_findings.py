"""An untrue report is set right; whether it was a false accusation is found by people of a city or above only."""

import asyncio
from typing import Any

import pytest
from chassis.testing.harness import Harness
from clue_service.access.row_security import engine_session
from contracts.registry import BY_TYPE
from sqlalchemy import text

CLARIFY, FIND = "/v1/clarifications", "/v1/accusation-findings"
HANDLER, SUPERVISOR, PRINCIPAL = "handler@inv1-dh", "supervisor@cmo-dh", "principal@cdi-dh"
ABOVE = "principal@cdi-xn"


@pytest.fixture
def act(call: Any) -> Any:
    async def go(who: str, path: str, item: Any, verb: str, body: Any = None, expect: int = 200) -> Any:
        answer = await call(who, "POST", f"{path}/{item['id']}/{verb}", body)
        assert answer.status_code == expect, answer.text
        return answer.json()

    return go


@pytest.fixture
def untrue(call: Any, register: Any, bring: Any) -> Any:
    """``await untrue()`` → a clue that was talked about and ended with the explanation accepted."""

    async def make(outcome: str = "accepted_explanation", **changes: Any) -> Any:
        clue = await bring(await register("officer@pet-dh", **changes), "approved")
        body = {"outcome": outcome}
        done = await call(HANDLER, "POST", f"/v1/clues/{clue['id']}/record-result", body)
        assert done.status_code == 200, done.text
        return done.json()

    return make


def _form(clue: Any, **changes: Any) -> Any:
    return {
        "clue_id": clue["id"],
        "subject_id": clue["subjects"][0]["id"],
        "harm": "影响䶮",
        "scope": "范围䶮",
        "forms": ["meeting", "written"],
        **changes,
    }


async def test_from_assessment_to_close(untrue: Any, call: Any, act: Any, harness: Harness) -> None:
    clue = await untrue()
    made = await call(HANDLER, "POST", CLARIFY, _form(clue))
    assert made.status_code == 201, made.text
    item = made.json()
    assert (item["state"], item["due_at"]) == ("assessed", "2026-11-30T15:59:59Z")
    await act("deputy@cdi-dh", CLARIFY, item, "approve", expect=403)
    await act(PRINCIPAL, CLARIFY, item, "approve")
    done = {"form": "meeting", "carried_out_on": "2026-11-23"}
    first = await act(HANDLER, CLARIFY, item, "carry-out", done)
    assert (first["state"], first["carried_out"]) == ("approved", ["meeting"])
    again = await act(HANDLER, CLARIFY, item, "carry-out", done, expect=409)
    assert again["allowed_forms"] == ["written"]
    subject = (await call(HANDLER, "GET", f"/v1/clues/{clue['id']}")).json()["subjects"][0]
    assert subject["clarified_on"] is None
    last = await act(HANDLER, CLARIFY, item, "carry-out", {**done, "form": "written"})
    assert last["state"] == "carried_out"
    subject = (await call(HANDLER, "GET", f"/v1/clues/{clue['id']}")).json()["subjects"][0]
    assert subject["clarified_on"] == "2026-11-23", "the subject's record says that the report is untrue"
    await act(HANDLER, CLARIFY, item, "revisit", {"visited_on": "2026-11-23", "found": "好"})
    closed = await act(HANDLER, CLARIFY, item, "close")
    assert (closed["state"], closed["due_at"]) == ("closed", None)
    events = await harness.staged_events("clue.clarification.")
    assert [one.type.split(".")[2] for one in events] == [
        "assessed", "approved", "step_taken", "carried_out", "revisited", "ended",
    ]  # fmt: skip
    said = str([one.data for one in events])
    assert "䶮" not in said
    assert clue["id"] not in said


async def test_several_departments_have_ten_working_days(untrue: Any, call: Any) -> None:
    clue = await untrue()
    item = (await call(HANDLER, "POST", CLARIFY, _form(clue, is_across=True))).json()
    assert item["due_at"] == "2026-12-07T15:59:59Z"


@pytest.mark.parametrize(
    ("outcome", "changes", "status", "code"),
    [
        ("first_form", {}, 409, "not_concluded_untrue"),
        ("accepted_explanation", {"forms": ["meeting"]}, 422, None),
        ("accepted_explanation", {"subject_id": "00000000-0000-7000-8000-000000000000"}, 422, None),
    ],
)
async def test_what_cannot_be_clarified(
    outcome: str, changes: Any, status: int, code: str | None, untrue: Any, call: Any
) -> None:
    clue = await untrue(outcome)
    answer = await call(HANDLER, "POST", CLARIFY, _form(clue, **changes))
    assert answer.status_code == status
    assert code is None or answer.json()["code"] == code


async def test_of_ten_at_once_one_is_drawn_up_and_nobody_else_sees_it(untrue: Any, call: Any, resources: Any) -> None:
    clue = await untrue()
    answers = await asyncio.gather(*(call(f"handler{n}@inv1-dh", "POST", CLARIFY, _form(clue)) for n in range(10)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 9
    (item,) = (await call(SUPERVISOR, "GET", CLARIFY)).json()["items"]
    for who in ("supervisor@cmo-xs", "handler@sup1-dh", "principal@cdi-xn", "officer@pet-xn"):
        assert (await call(who, "GET", f"{CLARIFY}/{item['id']}")).status_code == 404, who
    async with resources.database.sessions() as session:
        assert await session.scalar(text("select count(*) from clarification")) == 0, "row-level security hides it"


async def test_who_drew_it_up_does_not_approve_and_the_recused_meet_it_nowhere(
    untrue: Any, call: Any, act: Any
) -> None:
    clue = await untrue()
    leader = "leader@cdi-dh"
    item = (await call(leader, "POST", CLARIFY, _form(clue))).json()
    assert (await act(leader, CLARIFY, item, "approve", expect=403))["code"] == "own_draft"
    recusal = {"sub": PRINCIPAL, "basis": "decided"}
    recorded = await call(SUPERVISOR, "POST", f"/v1/clues/{clue['id']}/recusals", recusal)
    assert recorded.status_code == 201, recorded.text
    assert (await call(PRINCIPAL, "GET", f"{CLARIFY}/{item['id']}")).status_code == 404
    assert (await call(PRINCIPAL, "GET", CLARIFY)).json()["items"] == []


async def test_sealing_erases_what_was_said(untrue: Any, call: Any, act: Any, resources: Any) -> None:
    clue = await untrue()
    item = (await call(HANDLER, "POST", CLARIFY, _form(clue))).json()
    await act(PRINCIPAL, CLARIFY, item, "reject", {"reason": "理由䶮"})
    for who in (SUPERVISOR, "leader@cdi-dh"):
        await act(who, "/v1/clues", clue, "seal", {"reason": "managed above"})
    async with engine_session(resources) as session:
        assert await session.scalar(text("select count(*) from clarification")) == 0
        left = text("select count(*) from proceeding_step where document::text like '%䶮%'")
        assert await session.scalar(left) == 0


@pytest.fixture
async def levels(harness: Harness, city: None) -> None:
    for code, parent, level in (("cdi-xn", "pc-xn", "city"), ("cdi-dh", "cdi-xn", "county")):
        await harness.add_units({"code": code, "unit_type": "cdi", "parent_code": parent, "level": level, "version": 2})


@pytest.fixture
def endorsed(untrue: Any, call: Any, act: Any, levels: None) -> Any:
    """``await endorsed()`` → a real-name report that ended as untrue, and the finding that waits above."""

    async def make() -> tuple[Any, Any]:
        clue = await untrue(reporter={"identity_type": "real_name", "name": "申䶮", "contact": "1"})
        item = (await call(SUPERVISOR, "POST", FIND, {"clue_id": clue["id"], "grounds": "理由䶮"})).json()
        assert (await call(ABOVE, "GET", f"{FIND}/{item['id']}")).status_code == 404, "not before it is endorsed"
        return clue, await act(PRINCIPAL, FIND, item, "endorse")

    return make


async def owed(call: Any) -> list[str]:
    notices = (await call("officer@pet-dh", "GET", "/v1/reporter-notices?state=owed")).json()["items"]
    return [one["kind"] for one in notices]


@pytest.mark.parametrize(
    ("verdict", "state", "left"),
    [
        ("false_accusation", "false_accusation", ["acceptance"]),
        ("mistaken_report", "mistaken_report", ["acceptance", "result"]),
        ("neither", "rejected", ["acceptance", "result"]),
    ],
)
async def test_a_city_finds_and_only_a_false_accusation_ends_what_is_owed(
    verdict: str, state: str, left: list[str], endorsed: Any, call: Any, act: Any, harness: Harness
) -> None:
    clue, item = await endorsed()
    assert (item["approving_commission"], item["state"]) == ("cdi-xn", "endorsed")
    for event in await harness.staged_events("clue.clue."):
        if event.type in harness.handlers:
            await harness.deliver(BY_TYPE[event.type].model_validate(event.data), version=event.version)
    assert sorted(await owed(call)) == ["acceptance", "result"]
    await act(PRINCIPAL, FIND, item, "decide", {"verdict": verdict, "reason": "r"}, expect=403)
    await act("deputy@cdi-xn", FIND, item, "decide", {"verdict": verdict, "reason": "r"}, expect=403)
    decided = await act(ABOVE, FIND, item, "decide", {"verdict": verdict, "reason": "r"})
    assert (decided["state"], decided["verdict"], decided["clue_id"]) == (state, verdict, None)
    assert sorted(await owed(call)) == left
    said = str([one.data for one in await harness.staged_events("clue.accusation_finding.")])
    assert "䶮" not in said
    assert clue["id"] not in said


async def test_after_a_mistake_education_at_most(endorsed: Any, act: Any) -> None:
    _, item = await endorsed()
    await act(ABOVE, FIND, item, "decide", {"verdict": "mistaken_report", "reason": "r"})
    wrong = await act(SUPERVISOR, FIND, item, "record-handling", {"measure": "discipline"}, expect=422)
    assert wrong["errors"][0]["code"] == "education_at_most"
    done = await act(SUPERVISOR, FIND, item, "record-handling", {"measure": "education"})
    assert (done["state"], done["verdict"]) == ("handled", "mistaken_report")


async def test_nobody_decides_what_they_proposed_or_endorsed(untrue: Any, call: Any, act: Any, levels: None) -> None:
    clue = await untrue()
    answer = await call("leader@cdi-dh", "POST", FIND, {"clue_id": clue["id"], "grounds": "g"})
    item = answer.json()
    assert (await act("leader@cdi-dh", FIND, item, "endorse", expect=403))["code"] == "own_draft"
    await act(PRINCIPAL, FIND, item, "endorse")
    for who in ("officer@pet-dh", HANDLER, "supervisor@cmo-xs", "auditor@cdi-xn"):
        assert (await call(who, "GET", f"{FIND}/{item['id']}")).status_code == 404, who
    again = await call(SUPERVISOR, "POST", FIND, {"clue_id": clue["id"], "grounds": "g"})
    assert (again.status_code, again.json()["code"]) == (409, "finding_exists")


async def test_without_a_city_above_nothing_is_found(untrue: Any, call: Any) -> None:
    clue = await untrue()
    answer = await call(SUPERVISOR, "POST", FIND, {"clue_id": clue["id"], "grounds": "g"})
    assert (answer.status_code, answer.json()["code"]) == (409, "no_high_commission")


async def test_what_was_not_refuted_is_no_false_accusation(untrue: Any, call: Any, levels: None) -> None:
    clue = await untrue("first_form")
    answer = await call(SUPERVISOR, "POST", FIND, {"clue_id": clue["id"], "grounds": "g"})
    assert (answer.status_code, answer.json()["code"]) == (409, "report_not_refuted")


async def test_nobody_proposes_a_finding_above_their_clearance(
    untrue: Any, call: Any, levels: None, harness: Harness
) -> None:
    clue = await untrue()
    async with engine_session(harness.resources) as session:
        # The registrar sees the clue also above the clearance; here a leader of the commission took it in.
        await session.execute(
            text("update clue set secrecy_level = 'secret', registered_by = :sub where id = :id"),
            {"id": clue["id"], "sub": PRINCIPAL},
        )
    body = {"clue_id": clue["id"], "grounds": "证据䶮"}
    refused = await call(PRINCIPAL, "POST", FIND, body)
    assert refused.status_code == 422, refused.text
    assert refused.json()["errors"][0]["code"] == "above_clearance"
    cleared = await call(PRINCIPAL, "POST", FIND, body, clearance="secret")
    assert cleared.status_code == 201, cleared.text
