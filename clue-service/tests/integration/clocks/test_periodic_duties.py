"""What a case office owes for a month or a quarter: period after period, each met for itself, none lost or doubled."""

import asyncio
from typing import Any

import pytest
from chassis.clock import FixedClock
from chassis.commands import operator
from chassis.service import Resources
from chassis.testing.harness import Harness
from clue_service.access.policy import LEADERS, Viewer
from clue_service.access.row_security import ask_as
from clue_service.deadlines.recomputing import Change, Recomputing
from clue_service.periodic_duties.models import PeriodicDuty
from clue_service.periodic_duties.policy import parts_in
from clue_service.periodic_duties.service import LEDGER, open_next_periods
from clue_service.proceedings.move_routes import Reading
from clue_service.proceedings.policy import represented_units
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

ADMIN, SUPERVISOR = "admin@cdi-xn", "supervisor@cmo-dh"
PATH = "/v1/periodic-duties"
CHECK = {"kind": "reconciliation", "unit": "inv1-dh"}
RESULTS = {"kind": "petition_results", "unit": "pet-dh"}


@pytest.fixture
def arrange(call: Any) -> Any:
    async def post(body: Any, who: str = SUPERVISOR, expect: int = 201) -> Any:
        answer = await call(who, "POST", PATH, body)
        assert answer.status_code == expect, answer.text
        return answer.json()

    return post


async def duties(call: Any, who: str = SUPERVISOR) -> list[Any]:
    """Oldest first."""
    return list(reversed((await call(who, "GET", PATH)).json()["items"]))


async def test_a_month_and_a_quarter_end_on_their_last_working_day(call: Any, arrange: Any, harness: Harness) -> None:
    check, results = await arrange(CHECK), await arrange(RESULTS)
    assert [
        (one["every"], one["period_from"], one["period_to"], one["due_at"], one["due_rule"]) for one in (check, results)
    ] == [
        ("month", "2026-11-01", "2026-11-30", "2026-11-30T15:59:59Z", "reconciliation"),
        ("quarter", "2026-10-01", "2026-12-31", "2026-12-31T15:59:59Z", "petition_results"),
    ]
    events = [(one.type, one.data["unit"], one.data["due_at"]) for one in await harness.staged_events("clue.periodic")]
    assert events == [
        ("clue.periodic_duty.opened.v1", "inv1-dh", "2026-11-30T15:59:59Z"),
        ("clue.periodic_duty.opened.v1", "pet-dh", "2026-12-31T15:59:59Z"),
    ]
    assert len(await duties(call)) == 2


async def test_who_arranges_it_with_whom(call: Any, arrange: Any) -> None:
    for body in (
        {**RESULTS, "unit": "inv1-dh"}, {**CHECK, "unit": "pet-dh"}, {**CHECK, "unit": "cmo-dh"},
        {**CHECK, "unit": "cdi-dh"}, {**CHECK, "unit": "inv1-xn"},
    ):  # fmt: skip
        assert (await arrange(body, expect=422))["errors"][0]["code"] == "another_unit", body
    assert (await arrange({**RESULTS, "every": "month"}, expect=422))["errors"][0]["code"] == "not_this_often"
    assert (await arrange(CHECK, "supervisor@inv1-dh", expect=403))["code"] == "part_required"
    assert (await arrange(CHECK, "handler@inv1-dh", expect=403))["code"] == "role_required"
    answers = await asyncio.gather(*(call(SUPERVISOR, "POST", PATH, {**CHECK, "every": "quarter"}) for _ in range(5)))
    assert sorted(one.status_code for one in answers) == [201, 409, 409, 409, 409]
    assert {one.json()["code"] for one in answers if one.status_code == 409} == {"duty_arranged"}


async def test_each_period_follows_the_one_before_also_after_downtime_and_none_twice(
    call: Any, arrange: Any, resources: Resources, clock: FixedClock, harness: Harness
) -> None:
    await arrange(CHECK)
    await open_next_periods(resources)
    assert len(await duties(call)) == 1, "the period lasts"
    clock.advance(days=71)
    await asyncio.gather(*(open_next_periods(resources) for _ in range(4)))
    found = await duties(call)
    assert [(one["period_from"], one["state"], one["is_latest"], one["is_overdue"]) for one in found] == [
        ("2026-11-01", "open", False, True),
        ("2026-12-01", "open", False, True),
        ("2027-01-01", "open", False, True),
        ("2027-02-01", "open", True, False),
    ]
    assert found[2]["due_at"] == "2027-02-01T15:59:59Z", "31 January 2027 is a Sunday"
    assert len(await harness.staged_events("clue.periodic_duty.opened")) == 4


async def test_what_was_done_for_one_period_is_owed_for_the_next(
    call: Any, arrange: Any, resources: Resources, clock: FixedClock, harness: Harness
) -> None:
    first = await arrange(CHECK)
    path = f"{PATH}/{first['id']}"
    done = {"met_on": "2026-11-23", "reference": "核对单 11"}
    for day in ("2026-11-24", "2026-10-31"):
        assert (await call(SUPERVISOR, "POST", f"{path}/meet", {"met_on": day})).status_code == 422
    for who, status in (("handler@inv1-dh", 403), ("principal@cdi-dh", 403), ("supervisor@cmo-xn", 404)):
        assert (await call(who, "POST", f"{path}/meet", done)).status_code == status, who
    met = (await call(SUPERVISOR, "POST", f"{path}/meet", done)).json()
    assert (met["state"], met["met_on"], met["steps"][-1]["document"]) == ("met", "2026-11-23", done)
    assert (await call(SUPERVISOR, "POST", f"{path}/meet", done)).status_code == 409
    clock.advance(days=8)
    await open_next_periods(resources)
    assert [(one["period_from"], one["state"]) for one in await duties(call)] == [
        ("2026-11-01", "met"), ("2026-12-01", "open"),
    ]  # fmt: skip
    latest = (await duties(call))[-1]
    assert (await call(SUPERVISOR, "POST", f"{path}/stop", {"reason": "r"})).json()["code"] == "later_period_follows"
    stopped = (await call("principal@cdi-dh", "POST", f"{PATH}/{latest['id']}/stop", {"reason": "r"})).json()
    assert (stopped["state"], stopped["is_latest"], stopped["allowed_moves"]) == ("stopped", False, [])
    clock.advance(days=90)
    await open_next_periods(resources)
    assert len(await duties(call)) == 2, "none follows"
    events = await harness.staged_events("clue.periodic_duty.")
    assert [(one.type.split(".")[2], one.data["due_at"] is None) for one in events] == [
        ("opened", False), ("met", True), ("opened", False), ("stopped", True),
    ]  # fmt: skip


async def test_what_is_met_is_stopped_without_being_undone(call: Any, arrange: Any) -> None:
    duty = await arrange(CHECK)
    await call(SUPERVISOR, "POST", f"{PATH}/{duty['id']}/meet", {"met_on": "2026-11-23"})
    stopped = (await call(SUPERVISOR, "POST", f"{PATH}/{duty['id']}/stop", {"reason": "r"})).json()
    assert (stopped["state"], stopped["is_latest"]) == ("met", False)


async def test_rules_and_calendars_move_it(call: Any, arrange: Any, resources: Resources, harness: Harness) -> None:
    await arrange(CHECK)
    rule = {"working_days": 3, "source": "local 3", "reason": "r", "valid_from": "2026-11-01"}
    assert (await call(ADMIN, "PUT", "/v1/due-rules/reconciliation", rule)).status_code == 201
    told: list[Change] = []
    await Recomputing(resources, operator("t"), False, told.append, lambda _done, _total: None).go()
    assert [one.kind for one in told] == ["periodic_duty"]
    assert [one["due_at"] for one in await duties(call)] == ["2026-12-03T15:59:59Z"]
    (event,) = await harness.staged_events("clue.periodic_duty.due_changed")
    assert event.data["due_at"] == "2026-12-03T15:59:59Z"


async def test_policy_list_and_row_security_agree(call: Any, arrange: Any, resources: Resources) -> None:
    await arrange(CHECK)
    await arrange(RESULTS)
    await arrange({**CHECK, "unit": "sup1-xn"}, "supervisor@cmo-xn")
    roles = ("handler", "case_supervisor", "intake_officer", "principal_leader", "platform_admin")
    viewers = [
        Viewer(
            "p", frozenset({role}), unit, commission, service=service, units=frozenset({unit}),
            office_of=commission if role in roles[1:3] and unit.startswith(("cmo", "pet")) else None,
            leads=commission if role in LEADERS and unit == commission else None,
        )
        for role in roles
        for commission in ("cdi-dh", "cdi-xn")
        for unit in (commission, *(f"{one}-{commission[4:]}" for one in ("cmo", "pet", "inv1", "sup1")))
        for service in (None, "svc:a")
    ]  # fmt: skip
    async with resources.transactions(operator("t")) as uow:
        everything = (await uow.session.scalars(select(PeriodicDuty))).all()
    met = 0
    for viewer in viewers:
        expected = {one.id for one in everything if parts_in(viewer, one)}
        async with resources.database.sessions() as session:
            await ask_as(session, viewer)
            assert set(await session.scalars(select(PeriodicDuty.id))) == expected, viewer
            desk: Any = type("Desk", (), {"uow": type("Uow", (), {"session": session}), "viewer": viewer})
            listed = await LEDGER.list(desk, Reading(None, None, 10))
            assert {one.id for one in listed} == expected, (viewer, represented_units(viewer))
        met += len(expected)
    assert 0 < met < len(viewers) * len(everything)
    async with resources.database.sessions() as session:
        await ask_as(session, viewers[0])
        with pytest.raises(DBAPIError, match="row-level security"):
            await session.execute(text(_ADDED))


_ADDED = """
    insert into periodic_duty (kind, state, version, commission, unit, every, period_from, period_to, is_latest,
        due_rule, due_rule_version, due_at, due_provisional)
    values ('reconciliation', 'open', 1, 'cdi-dh', 'inv1-dh', 'month', '2027-01-01', '2027-01-31', false,
        'reconciliation', 1, now(), false)
"""
