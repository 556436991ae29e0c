"""An outcome reaches linked office and resident group once each, whatever is replayed; silence is escalated."""

import asyncio
from typing import Any

import pytest
from chassis.service import Resources
from clue_service.outcome_notices.service import escalate_late
from contracts.clue import ClueResultRecorded
from contracts.deliberation import AdviceServed

OFFICE, GROUP, HANDLER, CMO = "handler@sup1-xn", "handler@dg-build", "handler@inv1-xn", "supervisor@cmo-xn"
SUBJECT = {"subjects": [{"name": "甲䶮", "unit_code": "su-housing"}]}
PATH = "/v1/outcome-notices"


@pytest.fixture
def concluded(call: Any, register: Any, bring: Any, harness: Any) -> Any:
    """``await concluded()`` → the event of a recorded result, with its version."""

    async def make(outcome: str = "first_form", method: str = "talk_inquiry", **changes: Any) -> Any:
        clue = await register("officer@pet-xn", **{**SUBJECT, **changes})
        await bring(clue, "approved", method=method)
        body = {"outcome": outcome, "approved_by": "principal@cdi-xn"}
        answer = await call(HANDLER, "POST", f"/v1/clues/{clue['id']}/record-result", body)
        assert answer.status_code == 200, answer.text
        staged = (await harness.staged_events("clue.clue.result_recorded"))[-1]
        return ClueResultRecorded.model_validate(staged.data), staged.version

    return make


async def deliver(harness: Any, happened: Any, times: int = 1) -> None:
    event, version = happened
    await asyncio.gather(*(harness.deliver(event, version=version) for _ in range(times)))


async def seen(call: Any, who: str, **more: Any) -> list[Any]:
    return list((await call(who, "GET", PATH, **more)).json()["items"])


async def test_an_outcome_reaches_both_once_under_repeats_at_once(call: Any, harness: Any, concluded: Any) -> None:
    happened = await concluded()
    await deliver(harness, happened, times=8)
    await deliver(harness, happened)
    for who in (OFFICE, GROUP):
        (notice,) = await seen(call, who)
        assert (notice["kind"], notice["outcome"], notice["about_unit"]) == ("talk_inquiry", "first_form", "su-housing")
        assert (notice["handling_unit"], notice["contact"], notice["item_id"]) == ("inv1-xn", "line-xn", None)
    assert len(await seen(call, CMO)) == 2, "the ledger of the case office"
    notified = await harness.staged_events("clue.outcome_notice.notified")
    assert sorted(event.data["unit"] for event in notified) == ["dg-build", "sup1-xn"]
    assert "䶮" not in "".join(str(event.data) for event in notified)
    assert await seen(call, "handler@inv1-dh") == []


async def test_what_the_linked_office_did_itself_is_told_to_the_group_only(
    call: Any, harness: Any, register: Any, bring: Any
) -> None:
    clue = await register("officer@pet-xn", **SUBJECT)
    await bring(clue, "approved", lead="sup1-xn")
    body = {"outcome": "accepted_explanation"}
    await call(OFFICE, "POST", f"/v1/clues/{clue['id']}/record-result", body)
    staged = (await harness.staged_events("clue.clue.result_recorded"))[-1]
    await deliver(harness, (ClueResultRecorded.model_validate(staged.data), staged.version))
    assert [one["unit"] for one in await seen(call, CMO)] == ["dg-build"]


@pytest.mark.parametrize(
    ("outcome", "kind"),
    [("reminder_talk", "organisational_handling"), ("transferred_to_party_org", "organisational_handling")],
)
async def test_organisational_handling_is_told(
    call: Any, harness: Any, concluded: Any, outcome: str, kind: str
) -> None:
    await deliver(harness, await concluded(outcome, "preliminary_verification"))
    assert {one["kind"] for one in await seen(call, GROUP)} == {kind}


async def test_a_case_that_was_filed_is_not(call: Any, harness: Any, concluded: Any) -> None:
    await deliver(harness, await concluded("case_filed", "preliminary_verification"))
    assert await seen(call, CMO) == []


async def test_a_silent_clue_is_told_inside_its_commission_only(
    call: Any, harness: Any, register: Any, bring: Any
) -> None:
    clue = await register("officer@pet-dh", overlap_policy="silent", **SUBJECT)
    await bring(clue, "approved")
    await call("handler@inv1-dh", "POST", f"/v1/clues/{clue['id']}/record-result", {"outcome": "first_form"})
    staged = (await harness.staged_events("clue.clue.result_recorded"))[-1]
    await deliver(harness, (ClueResultRecorded.model_validate(staged.data), staged.version))
    assert await seen(call, OFFICE) == []
    assert await harness.staged_events("clue.outcome_notice") == []


async def test_who_is_not_cleared_does_not_meet_it(call: Any, harness: Any, register: Any) -> None:
    clue = await register("officer@pet-xn", secrecy_level="secret", **SUBJECT)
    staged = (await harness.staged_events("clue.clue.registered"))[-1]
    event = ClueResultRecorded.model_validate({**staged.data, "outcome": "first_form", "clue_id": clue["id"]})
    await deliver(harness, (event, 9))
    assert await seen(call, GROUP) == []
    assert len(await seen(call, GROUP, clearance="secret")) == 1


async def test_advice_that_was_served_reaches_both_once(call: Any, harness: Any) -> None:
    form = {
        "kind": "supervisory",
        "addressed_unit": "su-housing",
        "title": "t",
        "problem": "p",
        "demands": "d",
        "reply_due_on": "2026-12-23",
    }
    letter = (await call(CMO, "POST", "/v1/advice", form)).json()
    await call("principal@cdi-xn", "POST", f"/v1/advice/{letter['id']}/approve")
    await call(CMO, "POST", f"/v1/advice/{letter['id']}/serve", {"served_on": "2026-11-23"})
    staged = (await harness.staged_events("clue.advice.served"))[0]
    await deliver(harness, (AdviceServed.model_validate(staged.data), staged.version), times=6)
    for who in (OFFICE, GROUP):
        (notice,) = await seen(call, who)
        assert (notice["kind"], notice["item_id"]) == ("advice", letter["id"])


async def test_taking_note_stops_it_and_silence_escalates_it_once(
    call: Any, harness: Any, concluded: Any, resources: Resources, clock: Any
) -> None:
    await deliver(harness, await concluded())
    (mine,), (theirs,) = await seen(call, OFFICE), await seen(call, GROUP)
    assert mine["ack_due_at"] == "2026-11-26T15:59:59Z"
    refused = await call(CMO, "POST", f"{PATH}/{mine['id']}/acknowledge")
    assert refused.json()["code"] == "part_required"
    assert (await call(OFFICE, "POST", f"{PATH}/{mine['id']}/acknowledge")).json()["state"] == "acknowledged"
    await escalate_late(resources)
    assert await harness.staged_events("clue.outcome_notice.escalated") == []
    clock.advance(days=4)
    await asyncio.gather(*(escalate_late(resources) for _ in range(4)))
    escalated = await harness.staged_events("clue.outcome_notice.escalated")
    assert [event.aggregate_id for event in escalated] == [theirs["id"]]
    late = (await call(GROUP, "POST", f"{PATH}/{theirs['id']}/acknowledge")).json()
    assert (late["state"], late["allowed_moves"]) == ("acknowledged", [])
