"""A clue's clock stands still, goes on and is extended: by whom the rule names, to the day, and heard of outside."""

import asyncio
from typing import Any

import pytest
from chassis.clock import FixedClock
from chassis.testing.harness import Harness
from clue_service.access.row_security import engine_session
from sqlalchemy import text

SUPERVISOR = "supervisor@cmo-dh"
PAUSE = {"ground": "appraisal", "reason": "等待鉴定䶮", "approved_by": {"offline_ref": "批 1"}}


@pytest.fixture
async def people(harness: Harness, city: None) -> None:
    await harness.add_principal("chief-dh", "cdi-dh", "principal_leader")
    await harness.add_principal("deputy-dh", "cdi-dh", "deputy_leader")
    await harness.add_principal("chief-xn", "cdi-xn", "principal_leader")
    await harness.add_principal("lead-inv1", "inv1-dh", "leader")


@pytest.fixture
def move(call: Any) -> Any:
    async def take(who: str, clue: Any, verb: str, body: Any = None, expect: int = 200) -> Any:
        answer = await call(who, "POST", f"/v1/clues/{clue['id']}/{verb}", body)
        assert answer.status_code == expect, answer.text
        return answer.json()

    return take


async def test_a_pause_moves_the_end_by_its_days(
    move: Any, call: Any, register: Any, bring: Any, clock: FixedClock, harness: Harness
) -> None:
    clue = await bring(await register("officer@pet-dh"), "assigned")
    assert clue["due_at"] == "2026-12-23T15:59:59Z"
    clock.advance(days=2)
    paused = await move(SUPERVISOR, clue, "pause", PAUSE)
    assert (paused["status"], paused["due_at"], paused["paused_on"]) == ("assigned", None, "2026-11-25")
    assert "resume" in paused["allowed_moves"]
    assert not {"pause", "extend"} & set(paused["allowed_moves"])
    clock.advance(days=40)
    late = (await call(SUPERVISOR, "GET", "/v1/clues?overdue=true")).json()["items"]
    assert late == [], "what stands still is not late"
    refused = await move(SUPERVISOR, clue, "pause", PAUSE, expect=409)
    assert (refused["code"], "resume" in refused["allowed_moves"]) == ("move_refused", True)
    clock.advance(days=-30)
    resumed = await move(SUPERVISOR, clue, "resume")
    assert resumed["due_at"] == "2027-01-04T15:59:59Z", "ten days more is Saturday 2 January, which is not worked"
    events = await harness.staged_events("clue.clue.")
    assert [(one.type, one.data["due_at"]) for one in events[-2:]] == [
        ("clue.clue.paused.v1", None),
        ("clue.clue.resumed.v1", "2027-01-04T15:59:59Z"),
    ]
    assert "䶮" not in str([one.data for one in events])
    (change,) = (await call(SUPERVISOR, "GET", f"/v1/clues/{clue['id']}/clock-changes")).json()["items"]
    assert (change["kind"], change["since"], change["until"], change["ground"]) == (
        "pause", "2026-11-25", "2026-12-05", "appraisal",
    )  # fmt: skip
    approval = {key: value for key, value in change["approval"].items() if value is not None}
    assert approval == ({"sub": who} if isinstance(who := PAUSE["approved_by"], str) else who)


async def test_a_move_ends_the_pause(move: Any, register: Any, bring: Any, clock: FixedClock, call: Any) -> None:
    clue = await bring(await register("officer@pet-dh"), "assigned")
    await move(SUPERVISOR, clue, "pause", PAUSE)
    clock.advance(days=5)
    await move("handler@inv1-dh", clue, "propose-disposition", {"method": "on_hold", "reason": "r"})
    back = await move("leader@inv1-dh", clue, "reject-disposition", {"reason": "no"})
    assert (back["paused_on"], back["due_at"]) == (None, "2026-12-28T15:59:59Z")
    await move(SUPERVISOR, clue, "pause", PAUSE)
    returned = await move("leader@inv1-dh", clue, "return", {"reason": "r"})
    assert (returned["paused_on"], returned["due_at"]) == (None, None)
    changes = (await call(SUPERVISOR, "GET", f"/v1/clues/{clue['id']}/clock-changes")).json()["items"]
    assert [one["until"] for one in changes] == ["2026-11-28", "2026-11-28"]


async def test_no_clock_is_moved_to_the_end_of_the_calendar_where_no_pause_could_end(
    move: Any, register: Any, bring: Any, call: Any
) -> None:
    clue = await bring(await register("officer@pet-dh"), "assigned")
    body = {"until": "9999-12-31", "reason": "r", "approved_by": {"offline_ref": "批 1"}}
    refused = await call(SUPERVISOR, "POST", f"/v1/clues/{clue['id']}/extend", body)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/until")


@pytest.mark.parametrize(
    ("who", "path"),
    [
        (SUPERVISOR, "/v1/clues?due_to=0001-01-01T00:00:00%2B08:00"),
        (SUPERVISOR, "/v1/clues?due_from=9999-12-31T23:59:59-08:00"),
        (SUPERVISOR, "/v1/unit-profiles/su-housing?as_of=0001-01-01"),
        ("auditor@cmo-dh", "/v1/audit-entries?since=0001-01-01T00:00:00%2B08:00"),
        ("auditor@cmo-dh", "/v1/audit-entries?until=9999-12-31T23:59:59-08:00"),
    ],
)
async def test_the_ends_of_the_calendar_are_refused(who: str, path: str, call: Any, city: None) -> None:
    answer = await call(who, "GET", path)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


async def test_what_is_late_does_not_stand_still(move: Any, register: Any, bring: Any, clock: FixedClock) -> None:
    clue = await bring(await register("officer@pet-dh"), "assigned")
    clock.advance(days=40)
    assert (await move(SUPERVISOR, clue, "pause", PAUSE, expect=409))["code"] == "clock_not_pausable"


@pytest.mark.parametrize(
    ("method", "approver", "expect"),
    [
        ("talk_inquiry", "deputy-dh", 200),
        ("talk_inquiry", "lead-inv1", 200),
        ("talk_inquiry", "chief-xn", 422),
        ("talk_inquiry", "nobody", 422),
        ("preliminary_verification", "chief-dh", 200),
        ("preliminary_verification", "deputy-dh", 422),
    ],
)
@pytest.mark.parametrize("verb", ["pause", "extend"])
async def test_the_rule_names_the_approver(
    method: str, approver: str, expect: int, verb: str, people: None, move: Any, register: Any, bring: Any
) -> None:
    clue = await bring(await register("officer@pet-dh"), "approved", method=method)
    body = PAUSE if verb == "pause" else {"until": "2027-03-01", "reason": "r"}
    answer = await move(SUPERVISOR, clue, verb, {**body, "approved_by": approver}, expect=expect)
    if approver == "nobody":
        assert answer["code"] == "approver_not_verified"
    elif expect == 422:
        assert answer["code"] == "wrong_approver"
        assert answer["approver"]["units"] == ["cdi-dh", "inv1-dh"]
        assert ("deputy_leader" in answer["approver"]["roles"]) is (method == "talk_inquiry")


async def test_a_leader_who_extends_approves_it(move: Any, register: Any, bring: Any) -> None:
    clue = await bring(await register("officer@pet-dh"), "assigned")
    who = "deputy@cdi-dh"
    done = await move(who, clue, "extend", {"until": "2027-01-15", "reason": "r", "approved_by": who})
    assert done["due_at"] == "2027-01-15T15:59:59Z"


async def test_an_assigned_down_report_is_extended_once_by_the_lower_body_and_then_from_above(
    people: None, move: Any, call: Any, register: Any, matter: Any, harness: Harness
) -> None:
    clue = await register("officer@pet-xn", matter[0])
    down = {"to_unit": "cdi-dh", "ground": "public_reaction", "reason": "r", "approved_by": {"offline_ref": "批 3"}}
    sent = await move("supervisor@cmo-xn", clue, "assign-down", down)
    assert sent["due_at"] == "2027-02-23T15:59:59Z"
    received = await call("officer@pet-dh", "POST", f"/v1/clue-transfers/{sent['transfer_id']}/receive")
    lower = received.json()["clue_id"]
    wish = {"until": "2027-05-24", "reason": "r", "approved_by": "chief-dh"}
    who = "supervisor@cmo-xn"
    wrong = await move(who, clue, "extend", {**wish, "approved_by": "chief-xn"}, expect=422)
    assert wrong["approver"]["units"] == ["cdi-dh"]
    refused = await move(who, clue, "extend", {**wish, "until": "2027-05-25"}, expect=409)
    assert (refused["code"], refused["latest"]) == ("clock_not_extendable", "2027-05-24")
    assert (await move(who, clue, "extend", wish))["due_at"] == "2027-05-24T15:59:59Z"
    await harness.run_jobs()
    below = (await call("supervisor@cmo-dh", "GET", f"/v1/clues/{lower}")).json()
    assert below["due_at"] == "2027-05-24T15:59:59Z", "the lower body owes it by then"
    again = {"until": "2027-06-30", "reason": "r", "approved_by": "chief-dh"}
    assert (await move(who, clue, "extend", again, expect=422))["approver"]["units"] == ["cdi-xn"]
    assert (await move(who, clue, "extend", {**again, "approved_by": "chief-xn"}))["due_at"] == "2027-06-30T15:59:59Z"


async def test_of_ten_pauses_at_once_one_is_taken(call: Any, register: Any, bring: Any, resources: Any) -> None:
    clue = await bring(await register("officer@pet-dh"), "assigned")
    path = f"/v1/clues/{clue['id']}/pause"
    answers = await asyncio.gather(*(call(f"supervisor{n}@cmo-dh", "POST", path, PAUSE) for n in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 9
    async with engine_session(resources) as session:
        assert await session.scalar(text("select count(*) from clock_change")) == 1


async def test_nobody_else_reads_why_and_sealing_erases_it(
    move: Any, call: Any, register: Any, bring: Any, resources: Any
) -> None:
    clue = await bring(await register("officer@pet-dh"), "assigned")
    await move(SUPERVISOR, clue, "pause", PAUSE)
    path = f"/v1/clues/{clue['id']}/clock-changes"
    assert (await call("supervisor@cmo-xs", "GET", path)).status_code == 404
    async with resources.database.sessions() as session:
        assert await session.scalar(text("select count(*) from clock_change")) == 0, "row-level security hides it"
    for who in (SUPERVISOR, "leader@cdi-dh"):
        await move(who, clue, "seal", {"reason": "managed above"})
    async with engine_session(resources) as session:
        assert await session.scalar(text("select count(*) from clock_change")) == 0
