"""The report on a talk or inquiry is due a month after the last talk or reply, not after the state was reached."""

import asyncio
from typing import Any

import pytest
from chassis.clock import FixedClock
from chassis.commands import operator
from chassis.service import Resources
from chassis.testing.harness import Harness
from clue_service.deadlines.recomputing import Change, Recomputing
from contracts.registry import BY_TYPE

SUPERVISOR, OFFICER, HANDLER = "supervisor@cmo-dh", "officer@pet-dh", "handler@inv1-dh"
PAPER = {"offline_ref": "批 1"}
FROM_STATE, FROM_TALK = "2026-12-23T15:59:59Z", "2027-01-07T15:59:59Z"


@pytest.fixture
async def inquired(register: Any, bring: Any, clock: FixedClock) -> Any:
    """A clue whose subject is talked to since 23 November 2026; it is 8 December now."""
    clue = await bring(await register(OFFICER), "approved", method="talk_inquiry")
    assert clue["due_at"] == FROM_STATE
    clock.advance(days=15)
    return clue


@pytest.fixture
def move(call: Any) -> Any:
    async def take(clue: Any, verb: str, body: Any = None, *, who: str = HANDLER, expect: int = 200) -> Any:
        answer = await call(who, "POST", f"/v1/clues/{clue['id']}/{verb}", body)
        assert answer.status_code == expect, answer.text
        return answer.json()

    return take


async def test_the_report_is_due_a_month_after_the_talk(
    move: Any, call: Any, inquired: Any, harness: Harness, resources: Resources
) -> None:
    talked = await move(inquired, "record-talk", {"held_on": "2026-12-07"})
    assert (talked["status"], talked["clock_start"], talked["due_at"]) == ("talk_inquiry", "2026-12-07", FROM_TALK)
    said = (await harness.staged_events("clue.clue."))[-1]
    assert (said.type, said.data["previous_due_at"], said.data["due_at"]) == (
        "clue.clue.due_changed.v1", FROM_STATE, FROM_TALK,
    )  # fmt: skip
    steps = (await call(SUPERVISOR, "GET", f"/v1/clues/{inquired['id']}/timeline")).json()["items"]
    assert steps[-1]["action"] == "record-talk"
    changes: list[Change] = []
    await Recomputing(resources, operator("ops"), True, changes.append, lambda *_: None).go()
    assert changes == [], "counting anew comes to the same"


async def test_a_talk_before_the_last_one_changes_nothing(move: Any, inquired: Any, harness: Harness) -> None:
    await move(inquired, "record-talk", {"held_on": "2026-12-07"})
    events = len(await harness.staged_events("clue.clue."))
    for earlier in ("2026-12-07", "2026-12-01"):
        talked = await move(inquired, "record-talk", {"held_on": earlier}, who=SUPERVISOR)
        assert (talked["clock_start"], talked["due_at"]) == ("2026-12-07", FROM_TALK), earlier
    assert len(await harness.staged_events("clue.clue.")) == events


async def test_of_talks_noted_at_once_the_last_one_counts(move: Any, call: Any, inquired: Any) -> None:
    days = ("2026-12-01", "2026-12-07", "2026-11-25", "2026-12-03")
    await asyncio.gather(*(move(inquired, "record-talk", {"held_on": day}) for day in days))
    clue = (await call(SUPERVISOR, "GET", f"/v1/clues/{inquired['id']}")).json()
    assert (clue["clock_start"], clue["due_at"]) == ("2026-12-07", FROM_TALK)


async def test_no_talk_ends_an_extended_clock_earlier(move: Any, inquired: Any) -> None:
    extension = {"until": "2027-03-01", "reason": "r", "approved_by": PAPER}
    extended = await move(inquired, "extend", extension, who=SUPERVISOR)
    talked = await move(inquired, "record-talk", {"held_on": "2026-12-07"})
    assert (talked["clock_start"], talked["due_at"]) == (extended["clock_start"], "2027-03-01T15:59:59Z")


async def test_what_is_no_talk_of_this_clue_is_refused(
    move: Any, inquired: Any, register: Any, bring: Any, clock: FixedClock
) -> None:
    for day in ("2026-12-09", "2026-01-01"):
        refused = await move(inquired, "record-talk", {"held_on": day}, expect=422)
        assert [(one["pointer"], one["code"]) for one in refused["errors"]] == [("/held_on", "out_of_range")], day
    assert (await move(inquired, "record-talk", {}, expect=422))["code"]
    for who, status in (("handler@inv1-xn", 404), ("supervisor@cmo-xn", 404), ("leader@inv1-dh", 403)):
        await move(inquired, "record-talk", {"held_on": "2026-12-07"}, who=who, expect=status)
    await move(inquired, "pause", {"ground": "appraisal", "reason": "r", "approved_by": PAPER}, who=SUPERVISOR)
    paused = await move(inquired, "record-talk", {"held_on": "2026-12-07"}, expect=409)
    assert (paused["code"], "resume" in paused["allowed_moves"]) == ("move_refused", True)
    verified = await bring(await register(OFFICER, origin_ref="o:2"), "approved", method="preliminary_verification")
    assert (await move(verified, "record-talk", {"held_on": "2026-12-07"}, expect=409))["code"] == "move_refused"


@pytest.mark.parametrize("comes_while", ["talk_inquiry", "disposition_proposed"])
async def test_the_report_is_due_a_month_after_the_reply(
    move: Any, call: Any, inquired: Any, harness: Harness, comes_while: str
) -> None:
    letter = {"clue_id": inquired["id"], "kind": "inquiry_reply", "received_on": "2026-11-24"}
    clock = (
        await call(HANDLER, "POST", "/v1/clue-clocks", {**letter, "subject_id": inquired["subjects"][0]["id"]})
    ).json()
    if comes_while == "disposition_proposed":
        await move(inquired, "propose-disposition", {"method": "preliminary_verification", "reason": "r"})
    met = await call(HANDLER, "POST", f"/v1/clue-clocks/{clock['id']}/meet", {"met_on": "2026-12-07"})
    assert met.status_code == 200, met.text
    (came,) = await harness.staged_events("clue.clue_clock.met")
    event = BY_TYPE[came.type].model_validate(came.data)
    await asyncio.gather(*(harness.deliver(event, version=came.version) for _ in range(3)))
    changed = [one.data for one in await harness.staged_events("clue.clue.due_changed")]
    clue = (await call(SUPERVISOR, "GET", f"/v1/clues/{inquired['id']}")).json()
    if comes_while == "talk_inquiry":
        assert [(one["previous_due_at"], one["due_at"]) for one in changed] == [(FROM_STATE, FROM_TALK)]
        assert (clue["clock_start"], clue["due_at"]) == ("2026-12-07", FROM_TALK)
    else:
        assert (changed, clue["clock_start"]) == ([], "2026-11-23"), "a clock that is stopped is left alone"
