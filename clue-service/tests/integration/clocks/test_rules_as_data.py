"""Rules and calendars are written by administrators, in versions; what runs is counted anew on demand only."""

import asyncio
from typing import Any

import pytest
from chassis.clock import FixedClock
from chassis.commands import operator
from chassis.service import Resources
from chassis.testing.harness import Harness
from clue_service.deadlines import recomputing
from clue_service.deadlines.domain import RULES
from clue_service.deadlines.errors import RecomputingRuns
from clue_service.deadlines.recomputing import Change, Recomputing, Summary
from contracts.registry import BY_TYPE

ADMIN, SUPERVISOR = "admin@cdi-xn", "supervisor@cmo-dh"
SIX_WEEKS: dict[str, Any] = {"days": 42, "source": "local 7", "reason": "r", "valid_from": "2026-11-01"}
YEAR = {"off_days": ["2027-01-01"], "workdays": ["2027-01-02"], "notice_ref": "国办发明电〔2026〕7号"}


@pytest.fixture
def recount(resources: Resources) -> Any:
    """``await recount(is_dry=…)`` → what it came to, and every change it told."""

    async def run(*, is_dry: bool = False, page: int = 200) -> tuple[Summary, list[Change]]:
        told: list[Change] = []
        steps: list[tuple[int, int]] = []
        doing = Recomputing(
            resources, operator("t"), is_dry, told.append, lambda done, total: steps.append((done, total)), page
        )
        summary = await doing.go()
        assert all(done <= total for done, total in steps)
        return summary, told

    return run


async def test_every_rule_is_there_in_its_first_version(call: Any) -> None:
    items = (await call(SUPERVISOR, "GET", "/v1/due-rules")).json()["items"]
    assert [one["name"] for one in items] == sorted(RULES)
    assert {one["version"] for one in items} == {1}
    down = next(one for one in items if one["name"] == "assigned_down_report")
    assert [(step["level"], step["months"]) for step in down["extensions"]] == [("receiver", 3), ("own", None)]


async def test_a_new_version_counts_new_clocks_and_leaves_those_that_run(
    call: Any, register: Any, bring: Any, recount: Any, harness: Harness
) -> None:
    old = await bring(await register("officer@pet-dh"), "assigned")
    written = await call(ADMIN, "PUT", "/v1/due-rules/disposition_opinion", SIX_WEEKS)
    assert (written.status_code, written.json()["version"], written.headers["etag"]) == (201, 2, '"2"')
    again = await call(ADMIN, "PUT", "/v1/due-rules/disposition_opinion", SIX_WEEKS)
    assert (again.status_code, again.json()["version"]) == (200, 2)
    new = await bring(await register("officer@pet-dh", origin_ref="o:2"), "assigned")
    assert (old["due_at"], new["due_at"]) == ("2026-12-23T15:59:59Z", "2027-01-04T15:59:59Z")
    path = f"/v1/clues/{old['id']}"
    assert (await call(SUPERVISOR, "GET", path)).json()["due_at"] == old["due_at"]
    before = len(await harness.staged_events())
    summary, told = await recount(is_dry=True)
    assert (summary.changed, [str(one.id) for one in told]) == (1, [old["id"]])
    assert (await call(SUPERVISOR, "GET", path)).json()["due_at"] == old["due_at"], "a dry run writes nothing"
    assert len(await harness.staged_events()) == before
    summary, told = await recount()
    assert (summary.changed, told[0].rule) == (1, "disposition_opinion")
    assert (await call(SUPERVISOR, "GET", path)).json()["due_at"] == new["due_at"]
    (event,) = await harness.staged_events("clue.clue.due_changed")
    assert (event.data["due_at"], event.data["previous_due_at"]) == (new["due_at"], old["due_at"])
    assert (await recount())[0].changed == 0
    history = (await call(SUPERVISOR, "GET", "/v1/due-rules/disposition_opinion")).json()
    assert [one["version"] for one in history["versions"]] == [1, 2]


async def test_a_published_year_makes_provisional_dates_certain(
    call: Any, register: Any, bring: Any, recount: Any
) -> None:
    clue = await bring(await register("officer@pet-dh"), "approved", method="preliminary_verification")
    assert (clue["due_at"], clue["due_provisional"]) == ("2027-02-23T15:59:59Z", True)
    year = {**YEAR, "off_days": ["2027-01-01", "2027-02-23", "2027-02-24"]}
    assert (await call(ADMIN, "PUT", "/v1/working-calendars/2027", year)).status_code == 201
    await recount()
    now = (await call(SUPERVISOR, "GET", f"/v1/clues/{clue['id']}")).json()
    assert (now["due_at"], now["due_provisional"]) == ("2027-02-25T15:59:59Z", False)


async def test_pauses_and_extensions_survive_the_counting(
    call: Any, register: Any, bring: Any, recount: Any, clock: FixedClock
) -> None:
    clue = await bring(await register("officer@pet-dh"), "assigned")
    path = f"/v1/clues/{clue['id']}"
    paper = {"offline_ref": "批 1"}
    await call(SUPERVISOR, "POST", f"{path}/pause", {"ground": "appraisal", "reason": "r", "approved_by": paper})
    clock.advance(days=7)
    paused = (await call(SUPERVISOR, "POST", f"{path}/resume")).json()
    assert paused["due_at"] == "2026-12-30T15:59:59Z"
    assert (await recount())[0].changed == 0
    await call(
        ADMIN,
        "PUT",
        "/v1/due-rules/disposition_opinion",
        {**SIX_WEEKS, "days": 20, "extensions": [{"roles": ["leader"]}]},
    )
    await recount()
    assert (await call(SUPERVISOR, "GET", path)).json()["due_at"] == "2026-12-21T15:59:59Z"
    wish = {"until": "2027-01-15", "reason": "r", "approved_by": paper}
    assert (await call(SUPERVISOR, "POST", f"{path}/extend", wish)).status_code == 200
    await call(ADMIN, "PUT", "/v1/due-rules/disposition_opinion", {**SIX_WEEKS, "days": 25})
    await recount()
    assert (await call(SUPERVISOR, "GET", path)).json()["due_at"] == "2027-01-15T15:59:59Z"


async def test_everything_with_a_clock_is_counted_and_heard_of(
    call: Any, register: Any, matter: Any, recount: Any, harness: Harness
) -> None:
    reporter = {"identity_type": "real_name", "name": "匿", "contact": "1"}
    first = await register("officer@pet-xn", matter[0], reporter=reporter)
    await register("officer@pet-dh", matter[1])
    await call("officer@pet-dh", "POST", "/v1/sealed-receipts", {"received_on": "2026-11-20", "channel": "letter"})
    for event in await harness.staged_events("clue.clue.registered"):
        await harness.deliver(BY_TYPE[event.type].model_validate(event.data), version=event.version)
    sent = {"to_unit": "cdi-xs", "reason": "r"}
    assert (await call("supervisor@cmo-xn", "POST", f"/v1/clues/{first['id']}/forward", sent)).status_code == 200
    longer = {"working_days": 20, "source": "s", "reason": "r", "valid_from": "2026-01-01"}
    for name in ("overlap_acknowledgement", "acceptance_notice", "superior_level_report", "lower_body_receipt"):
        assert (await call(ADMIN, "PUT", f"/v1/due-rules/{name}", longer)).status_code == 201
    _, told = await recount(page=1)
    assert {one.kind for one in told} == {"clue_transfer", "sealed_receipt", "overlap_alert", "reporter_notice"}
    changed = {event.type for event in await harness.staged_events() if event.type.endswith("due_changed.v1")}
    assert changed == {
        "clue.transfer.due_changed.v1", "clue.overlap_alert.due_changed.v1", "clue.reporter_notice.due_changed.v1",
    }  # fmt: skip


async def test_a_run_that_was_killed_goes_on_where_it_was(
    call: Any, register: Any, bring: Any, resources: Resources, recount: Any
) -> None:
    for number in range(4):
        await bring(await register("officer@pet-dh", origin_ref=f"o:{number}"), "assigned")
    await call(ADMIN, "PUT", "/v1/due-rules/disposition_opinion", SIX_WEEKS)

    def die(change: Change) -> None:
        heard.append(change)
        if len(heard) == 2:
            raise KeyboardInterrupt

    heard: list[Change] = []
    with pytest.raises(KeyboardInterrupt):
        await Recomputing(resources, operator("t"), False, die, lambda _done, _total: None, page=1).go()
    summary, told = await recount(page=1)
    assert (len(told), summary.changed, summary.read) == (2, 4, 4)
    assert len({one.id for one in [*heard, *told]}) == 4


async def test_two_runs_at_once_are_one(call: Any, register: Any, bring: Any, recount: Any, harness: Harness) -> None:
    for number in range(6):
        await bring(await register("officer@pet-dh", origin_ref=f"o:{number}"), "assigned")
    await call(ADMIN, "PUT", "/v1/due-rules/disposition_opinion", SIX_WEEKS)
    runs = await asyncio.gather(*(recount(page=2) for _ in range(3)), return_exceptions=True)
    done = [run for run in runs if not isinstance(run, BaseException)]
    assert done
    assert all(isinstance(run, RecomputingRuns) for run in runs if isinstance(run, BaseException))
    assert sum(run[0].changed for run in done) == 6
    assert len(await harness.staged_events("clue.clue.due_changed")) == 6


async def test_twenty_writers_make_one_version(call: Any) -> None:
    path = "/v1/due-rules/inquiry_reply"
    body = {"working_days": 10, "source": "s", "reason": "r", "valid_from": "2026-12-01"}
    answers = await asyncio.gather(*(call(ADMIN, "PUT", path, body) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [200] * 19 + [201]
    stale = await call(ADMIN, "PUT", path, {**body, "working_days": 11}, headers={"If-Match": '"1"'})
    assert stale.status_code == 412


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("due-rules/inquiry_reply", {**SIX_WEEKS, "days": 0}, "one_length"),
        ("due-rules/inquiry_reply", {**SIX_WEEKS, "working_days": 3}, "one_length"),
        ("working-calendars/2027", {**YEAR, "workdays": ["2027-01-04"]}, "no_weekend"),
        ("working-calendars/2027", {**YEAR, "workdays": [], "off_days": ["2028-01-01"]}, "other_year"),
        ("working-calendars/2027", {**YEAR, "off_days": ["2027-01-02"]}, "both"),
    ],
)
async def test_what_makes_no_sense_is_refused(path: str, body: Any, code: str, call: Any) -> None:
    answer = await call(ADMIN, "PUT", f"/v1/{path}", body)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code)


async def test_only_administrators_write(call: Any) -> None:
    for path, body in (("due-rules/inquiry_reply", SIX_WEEKS), ("working-calendars/2027", YEAR)):
        for who in (SUPERVISOR, "principal@cdi-xn", "auditor@cdi-xn"):
            assert (await call(who, "PUT", f"/v1/{path}", body)).status_code == 403
    assert (await call(ADMIN, "PUT", "/v1/due-rules/nothing", SIX_WEEKS)).status_code == 404
    assert recomputing.PAGE == 200
