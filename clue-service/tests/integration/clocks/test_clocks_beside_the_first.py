"""A clue's further clocks run beside the first: started by what the rule names, met, cancelled, moved to the day."""

import asyncio
from typing import Any

import pytest
from chassis.clock import FixedClock
from chassis.commands import operator
from chassis.service import Resources
from chassis.testing.harness import Harness
from clue_service.deadlines.recomputing import Change, Recomputing
from contracts.registry import BY_TYPE

ADMIN, SUPERVISOR, OFFICER, HANDLER = "admin@cdi-xn", "supervisor@cmo-dh", "officer@pet-dh", "handler@inv1-dh"
PATH = "/v1/clue-clocks"
PAPER = {"offline_ref": "批 1"}
TWO = [{"name": "白秋菊", "unit_name": "夏宁市卫生健康委员会"}, {"name": "白冬梅", "unit_name": "夏宁市卫生健康委员会"}]
LOCAL: dict[str, Any] = {"source": "local 9", "reason": "r", "valid_from": "2026-11-01"}


@pytest.fixture
async def asked(register: Any, bring: Any) -> Any:
    """A clue whose two subjects are inquired of, on 23 November 2026."""
    return await bring(await register(OFFICER, subjects=TWO), "approved")


@pytest.fixture
def letter(call: Any) -> Any:
    """``await letter(clue, position)`` → the clock of the reply to a letter that a subject received."""

    async def receive(clue: Any, position: int = 0, *, who: str = HANDLER, expect: int = 201, **changes: Any) -> Any:
        subject = clue["subjects"][position]["id"]
        body = {"clue_id": clue["id"], "kind": "inquiry_reply", "subject_id": subject, "received_on": "2026-11-23"}
        answer = await call(who, "POST", PATH, {**body, **changes})
        assert answer.status_code == expect, answer.text
        return answer.json()

    return receive


@pytest.fixture
def take(call: Any) -> Any:
    async def move(clock: Any, verb: str, body: Any = None, *, who: str = SUPERVISOR, expect: int = 200) -> Any:
        answer = await call(who, "POST", f"{PATH}/{clock['id']}/{verb}", body)
        assert answer.status_code == expect, answer.text
        return answer.json()

    return move


async def clocks(call: Any, who: str = SUPERVISOR, query: str = "") -> list[Any]:
    return list((await call(who, "GET", f"{PATH}{query}")).json()["items"])


async def test_each_subject_owes_a_reply_beside_what_the_clue_owes(
    call: Any, asked: Any, letter: Any, harness: Harness
) -> None:
    first, second = await letter(asked, 0), await letter(asked, 1, received_on="2026-11-23", who=SUPERVISOR)
    assert (first["due_rule"], first["due_at"], first["unit"]) == (
        "inquiry_reply", "2026-12-14T15:59:59Z", "inv1-dh",
    )  # fmt: skip
    assert second["subject_id"] != first["subject_id"]
    lines = (await call(HANDLER, "GET", f"/v1/clues/{asked['id']}/clocks")).json()["items"]
    assert [(one["kind"], one["due_rule"], one["due_at"]) for one in lines] == [
        ("state", "talk_inquiry_report", "2026-12-23T15:59:59Z"),
        ("inquiry_reply", "inquiry_reply", "2026-12-14T15:59:59Z"),
        ("inquiry_reply", "inquiry_reply", "2026-12-14T15:59:59Z"),
    ]
    events = await harness.staged_events("clue.clue_clock.")
    assert [(one.type.split(".")[2], one.data["kind"], one.data["due_at"]) for one in events] == [
        ("started", "inquiry_reply", "2026-12-14T15:59:59Z")
    ] * 2
    assert first["subject_id"] not in str([one.data for one in events])
    assert (await call(SUPERVISOR, "GET", f"/v1/clues/{asked['id']}")).json()["due_at"] == "2026-12-23T15:59:59Z"


async def test_one_letter_starts_one_clock_however_often_it_is_noted_at_once(asked: Any, call: Any) -> None:
    body = {"clue_id": asked["id"], "kind": "inquiry_reply", "subject_id": asked["subjects"][0]["id"]}
    notes = (call(who, "POST", PATH, {**body, "received_on": "2026-11-23"}) for who in (HANDLER, SUPERVISOR) * 3)
    answers = await asyncio.gather(*notes)
    assert sorted(one.status_code for one in answers) == [201, 409, 409, 409, 409, 409]
    assert {one.json()["code"] for one in answers if one.status_code == 409} == {"reply_awaited"}
    assert len(await clocks(call)) == 1


async def test_a_letter_that_fits_nothing_starts_no_clock(
    call: Any, register: Any, asked: Any, letter: Any, harness: Harness
) -> None:
    other = await register(OFFICER, origin_ref="o:2")
    assert (await letter(other, who=SUPERVISOR, expect=409))["code"] == "not_under_inquiry"
    for day in ("2026-11-24", "2026-11-19"):
        assert (await letter(asked, received_on=day, expect=422))["errors"][0]["code"] == "out_of_range"
    stranger = other["subjects"][0]["id"]
    assert (await letter(asked, subject_id=stranger, expect=422))["errors"][0]["code"] == "not_of_the_clue"
    assert (await letter(asked, kind="inspection_report", expect=422))["code"]
    for who, status in (("handler@inv1-xn", 404), ("supervisor@cmo-xn", 404), ("leader@inv1-dh", 403)):
        await letter(asked, who=who, expect=status)
    assert await harness.staged_events("clue.clue_clock.") == []


async def test_a_reply_that_came_ends_its_clock_and_no_other(
    call: Any, asked: Any, letter: Any, take: Any, clock: FixedClock, harness: Harness
) -> None:
    first, second = await letter(asked, 0), await letter(asked, 1)
    clock.advance(days=3)
    came = {"met_on": "2026-11-25", "reference": "函复〔2026〕7号"}
    for day in ("2026-11-27", "2026-11-22"):
        assert (await take(first, "meet", {"met_on": day}, who=HANDLER, expect=422))["code"]
    await take(first, "meet", came, who="principal@cdi-dh", expect=403)
    met = await take(first, "meet", came, who=HANDLER)
    assert (met["state"], met["met_on"], met["allowed_moves"]) == ("met", "2026-11-25", [])
    assert met["steps"][-1]["document"] == came
    assert (await take(first, "meet", came, who=HANDLER, expect=409))["code"] == "move_refused"
    left = (await call(HANDLER, "GET", f"{PATH}/{second['id']}")).json()
    assert (left["state"], left["due_at"], left["is_overdue"]) == ("open", "2026-12-14T15:59:59Z", False)
    last = (await harness.staged_events("clue.clue_clock."))[-1]
    assert (last.type, last.data["due_at"]) == ("clue.clue_clock.met.v1", None)
    assert "函复" not in str(last.data)
    clock.advance(days=40)
    assert (await call(HANDLER, "GET", f"{PATH}/{second['id']}")).json()["is_overdue"]
    again = await letter(asked, 0, received_on="2027-01-04")
    assert again["id"] != first["id"], "another letter, another clock"


async def test_nothing_is_awaited_of_a_clue_that_ended_otherwise(
    call: Any, asked: Any, letter: Any, follow: Any, harness: Harness
) -> None:
    clock = await letter(asked)
    path = f"/v1/clues/{asked['id']}"
    proposal = {"method": "preliminary_verification", "reason": "r"}
    await call(HANDLER, "POST", f"{path}/propose-disposition", proposal)
    await call("principal@cdi-dh", "POST", f"{path}/reject-disposition", {"reason": "r"})
    await follow()
    assert [one["state"] for one in await clocks(call)] == ["open"], "a proposal ends nothing"
    await call(HANDLER, "POST", f"{path}/record-result", {"outcome": "accepted_explanation"})
    await follow(times=3)
    assert [one["state"] for one in await clocks(call)] == ["cancelled"]
    ends = [one.data for one in await harness.staged_events("clue.clue_clock.cancelled")]
    assert [(one["clock_id"], one["due_at"]) for one in ends] == [(clock["id"], None)]


async def test_only_the_office_and_the_unit_that_waits_meet_it(call: Any, asked: Any, letter: Any, take: Any) -> None:
    clock = await letter(asked)
    for who in ("supervisor@cmo-xn", "handler@sup1-dh", "principal@cdi-xn", "service@", "admin@"):
        assert await clocks(call, who) == [], who
        assert (await call(who, "GET", f"{PATH}/{clock['id']}")).status_code == 404, who
    for who, parts in ((SUPERVISOR, ["office"]), (HANDLER, ["unit"]), ("principal@cdi-dh", ["leader"])):
        assert [one["my_parts"] for one in await clocks(call, who, "?state=open")] == [parts], who
    taken_back = await take(clock, "cancel", {"reason": "误登䶮"})
    assert (taken_back["state"], await clocks(call, query="?state=open")) == ("cancelled", [])


async def test_a_clue_from_an_inspection_owes_its_office_a_report_once(
    call: Any, register: Any, matter: Any, follow: Any, take: Any, harness: Harness, bring: Any
) -> None:
    clue = await register(OFFICER, matter[2])
    await register(OFFICER, origin_ref="o:9")
    await follow(times=6)
    (clock,) = await clocks(call)
    assert (clock["kind"], clock["state"], clock["unit"], clock["clock_start"]) == (
        "inspection_report", "open", "cdi-dh", "2026-11-22",
    )  # fmt: skip
    assert (clock["due_at"], clock["due_provisional"]) == ("2027-02-22T15:59:59Z", True)
    assert (await take(clock, "cancel", {"reason": "r"}, expect=409))["code"] == "report_stays_owed"
    await bring(clue, "approved", method="closed")
    await follow()
    assert [one["state"] for one in await clocks(call)] == ["open"], "the office is owed it though the clue has ended"
    for staged in await harness.staged_events("clue.clue."):
        if staged.type in harness.handlers:
            await harness.deliver(BY_TYPE[staged.type].model_validate(staged.data), version=staged.version)
    met = await take(clock, "meet", {"met_on": "2026-11-23"}, who=OFFICER)
    assert (met["state"], len(await clocks(call))) == ("met", 1)
    assert [one.type.split(".")[2] for one in await harness.staged_events("clue.clue_clock.")] == ["started", "met"]


async def test_what_came_of_a_finding_is_reported_by_the_platform_itself(
    call: Any, register: Any, matter: Any, follow: Any, bring: Any
) -> None:
    clue = await register(OFFICER, matter[2], origin_ref="finding:0198c0de-0000-7000-8000-000000000001")
    await follow()
    assert [one["state"] for one in await clocks(call)] == ["open"]
    await bring(clue, "approved")
    await call(HANDLER, "POST", f"/v1/clues/{clue['id']}/record-result", {"outcome": "first_form"})
    await follow(times=3)
    assert [(one["state"], one["met_on"]) for one in await clocks(call)] == [("met", "2026-11-23")]


@pytest.mark.parametrize("heard_first", [True, False])
async def test_no_report_is_owed_for_a_repeat_until_it_is_none(
    call: Any, register: Any, matter: Any, follow: Any, heard_first: bool
) -> None:
    first = await register(OFFICER, origin_ref="x:1")
    repeat = await register(OFFICER, matter[2], origin_ref="x:2")
    path = f"/v1/clues/{repeat['id']}"
    if heard_first:
        await follow()
    assert (await call(SUPERVISOR, "POST", f"{path}/retain-as-repeat", {"first_clue_id": first["id"]})).is_success
    await follow(times=2)
    assert [one["state"] for one in await clocks(call)] == (["cancelled"] if heard_first else [])
    assert (await call(SUPERVISOR, "POST", f"{path}/return", {"reason": "r"})).is_success
    await follow(times=2)
    assert [one["state"] for one in await clocks(call)] == ["open"]


async def test_a_clock_is_extended_and_stands_still_as_its_rule_allows(
    call: Any, asked: Any, letter: Any, take: Any, clock: FixedClock, harness: Harness
) -> None:
    later = {"until": "2026-12-31", "reason": "r", "approved_by": "principal@cdi-dh"}
    pause = {"ground": "subject_unreachable", "reason": "r", "approved_by": PAPER}
    strict = await letter(asked, 0)
    assert (await take(strict, "extend", later, expect=409))["code"] == "clock_not_extendable"
    assert (await take(strict, "pause", pause, expect=409))["code"] == "clock_not_pausable"
    step = {"roles": ["principal_leader"], "months": 1}
    rule = {**LOCAL, "working_days": 15, "extensions": [step], "pause_roles": ["deputy_leader", "principal_leader"]}
    assert (await call(ADMIN, "PUT", "/v1/due-rules/inquiry_reply", rule)).status_code == 201
    lenient = await letter(asked, 1)
    wrong = await take(lenient, "extend", {**later, "approved_by": "deputy@cdi-dh"}, expect=422)
    assert wrong["code"] == "wrong_approver"
    assert (await take(lenient, "extend", {**later, "until": "2026-12-14"}, expect=422))["errors"][0]["code"]
    assert (await take(lenient, "extend", {**later, "until": "2027-02-14"}, expect=409))["latest"] == "2027-01-14"
    extended = await take(lenient, "extend", later)
    assert (extended["due_at"], extended["state"]) == ("2026-12-31T15:59:59Z", "open")
    clock.advance(days=2)
    paused = await take(lenient, "pause", pause, who="deputy@cdi-dh")
    assert (paused["state"], paused["paused_on"]) == ("paused", "2026-11-25")
    (line,) = [
        one
        for one in (await call(HANDLER, "GET", f"/v1/clues/{asked['id']}/clocks")).json()["items"]
        if one["id"] == lenient["id"]
    ]
    assert line["state"] == "paused"
    clock.advance(days=6)
    resumed = await take(lenient, "resume")
    assert (resumed["state"], resumed["due_at"]) == ("open", "2027-01-06T15:59:59Z"), "four working days were lost"
    events = [one for one in await harness.staged_events("clue.clue_clock.") if one.data["clock_id"] == lenient["id"]]
    assert [(one.type.split(".")[2], one.data["due_at"]) for one in events] == [
        ("started", "2026-12-14T15:59:59Z"),
        ("extended", "2026-12-31T15:59:59Z"),
        ("paused", None),
        ("resumed", "2027-01-06T15:59:59Z"),
    ]
    assert [one["verb"] for one in resumed["steps"]] == ["start", "extend", "pause", "resume"]
    assert resumed["steps"][1]["document"] == later
    assert (await call(SUPERVISOR, "GET", f"/v1/clues/{asked['id']}/clock-changes")).json()["items"] == []
    assert (await call(SUPERVISOR, "GET", f"/v1/clues/{asked['id']}")).json()["due_at"] == "2026-12-23T15:59:59Z"


async def test_a_pause_of_one_clock_is_no_pause_of_another(
    call: Any, asked: Any, letter: Any, take: Any, clock: FixedClock
) -> None:
    rule = {**LOCAL, "working_days": 15, "pause_roles": ["deputy_leader"]}
    assert (await call(ADMIN, "PUT", "/v1/due-rules/inquiry_reply", rule)).status_code == 201
    first, second = await letter(asked, 0), await letter(asked, 1)
    pause = {"ground": "force_majeure", "reason": "r", "approved_by": PAPER}
    path = f"/v1/clues/{asked['id']}"
    await take(first, "pause", pause)
    await take(second, "pause", pause)
    assert (await call(SUPERVISOR, "POST", f"{path}/pause", pause)).status_code == 200
    clock.advance(days=1)
    await take(first, "resume")
    assert (await call(SUPERVISOR, "POST", f"{path}/resume")).json()["due_at"] == "2026-12-24T15:59:59Z"
    states = {one["id"]: (one["state"], one["due_at"]) for one in await clocks(call)}
    assert states == {
        first["id"]: ("open", "2026-12-15T15:59:59Z"), second["id"]: ("paused", "2026-12-14T15:59:59Z"),
    }  # fmt: skip


async def test_a_calendar_that_changes_moves_it(
    call: Any, asked: Any, letter: Any, resources: Resources, harness: Harness
) -> None:
    clock = await letter(asked)
    year = {"off_days": ["2026-12-10", "2026-12-11"], "workdays": ["2026-12-12"], "notice_ref": "国办 1"}
    assert (await call(ADMIN, "PUT", "/v1/working-calendars/2026", year)).status_code == 201
    told: list[Change] = []
    await Recomputing(resources, operator("t"), False, told.append, lambda _done, _total: None, page=1).go()
    assert [one.kind for one in told if str(one.id) == clock["id"]] == ["clue_clock"]
    (event,) = await harness.staged_events("clue.clue_clock.due_changed")
    assert (event.data["previous_due_at"], event.data["due_at"]) == ("2026-12-14T15:59:59Z", "2026-12-15T15:59:59Z")
    now = (await call(HANDLER, "GET", f"{PATH}/{clock['id']}")).json()
    assert (now["due_at"], now["version"]) == ("2026-12-15T15:59:59Z", 2)


async def test_what_was_said_goes_with_the_clue(call: Any, asked: Any, letter: Any, take: Any) -> None:
    clock = await letter(asked)
    await take(clock, "meet", {"met_on": "2026-11-23", "reference": "函复䶮1号"}, who=HANDLER)
    path = f"/v1/clues/{asked['id']}/seal"
    assert (await call(SUPERVISOR, "POST", path, {"reason": "r"})).is_success
    assert (await call("principal@cdi-dh", "POST", path, {"reason": "r"})).is_success
    left = await call(SUPERVISOR, "GET", f"{PATH}/{clock['id']}")
    assert "䶮" not in left.text
    assert [one["document"] for one in left.json().get("steps", [])] in ([], [{}, {}])
