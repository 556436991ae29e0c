"""Reminders: one per item, light and day, whatever restarts, repeats or jumps."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from chassis.telemetry import REGISTRY
from chassis.testing.harness import Harness
from contracts.pool import PrincipalUpserted
from notification_service.deadlines.domain import Light
from notification_service.deadlines.service import show_lights
from notification_service.deadlines.telemetry import count_lights

from contracts import clocks, clue


def _clock(city: Harness) -> Any:
    return city.resources.clock


def _in_days(city: Harness, days: float) -> datetime:
    now: datetime = _clock(city).now()
    return now + timedelta(days=days)


@pytest.fixture
async def assigned(city: Harness, clue_event: Any) -> Harness:
    """A clue whose clock ends in ten days."""
    event = clue_event(clue.ClueAssigned, lead_unit="inv-a", status="assigned", due_at=_in_days(city, 10))
    await city.deliver(event, version=3, actor="cmo-a", commission="cdi-a")
    return city


async def _kinds(told: Any, sub: str) -> list[str]:
    held: dict[str, list[str]] = await told()
    return [kind for kind in held.get(sub, []) if kind.startswith("deadline")]


async def test_nothing_is_said_until_three_days_are_left(assigned: Harness, told: Any) -> None:
    assert await show_lights(assigned.resources) == 0
    _clock(assigned).advance(days=7)
    assert await show_lights(assigned.resources) == 1
    assert await _kinds(told, "handler-inv") == ["deadline_yellow"]
    assert await _kinds(told, "cmo-a") == []


async def test_a_light_is_told_once_a_day_however_often_it_is_looked_at(assigned: Harness, told: Any) -> None:
    _clock(assigned).advance(days=8)
    first = await asyncio.gather(*(show_lights(assigned.resources) for _ in range(3)))
    assert sum(first) + await show_lights(assigned.resources) == 1
    _clock(assigned).advance(days=1)
    assert await show_lights(assigned.resources) == 1
    assert await _kinds(told, "handler-inv") == ["deadline_yellow", "deadline_yellow"]


async def test_an_overdue_clue_is_told_to_the_case_office_too_and_as_an_event(
    assigned: Harness, told: Any, inbox: Any
) -> None:
    _clock(assigned).advance(days=40)
    assert await show_lights(assigned.resources) == 1, "days of downtime are not told one by one"
    assert await _kinds(told, "handler-inv") == await _kinds(told, "cmo-a") == ["deadline_red"]
    (event,) = await assigned.staged_events("notification.deadline")
    assert event.type == "notification.deadline.overdue.v1"
    assert (event.data["item_type"], event.data["unit"], event.data["light"]) == ("clue", "inv-a", "red")
    assert event.headers["heli-commission"] == "cdi-a"
    assert (await inbox("handler-inv"))[0]["due_at"] is not None


async def test_a_clock_that_stopped_or_moved_is_followed(assigned: Harness, clue_event: Any) -> None:
    extended = clue_event(clue.ClueExtended, lead_unit="inv-a", due_at=_in_days(assigned, 60))
    await assigned.deliver(extended, version=4, commission="cdi-a")
    _clock(assigned).advance(days=20)
    assert await show_lights(assigned.resources) == 0
    older = clue_event(clue.ClueAssigned, lead_unit="inv-a", due_at=_in_days(assigned, 1))
    await assigned.deliver(older, version=2, commission="cdi-a")
    assert await show_lights(assigned.resources) == 0, "an older event changes nothing"
    await assigned.deliver(clue_event(clue.ClueDispositionProposed, lead_unit="inv-a"), version=5)
    _clock(assigned).advance(days=60)
    assert await show_lights(assigned.resources) == 0, "the clock stands still"


async def test_a_clue_given_to_another_office_is_owed_by_that_office_alone(
    assigned: Harness, clue_event: Any, told: Any
) -> None:
    moved = clue_event(clue.ClueAssigned, lead_unit="sup2-a", due_at=_in_days(assigned, 12))
    await assigned.deliver(moved, version=6, commission="cdi-a")
    _clock(assigned).advance(days=11)
    assert await show_lights(assigned.resources) == 1
    assert await _kinds(told, "handler-inv") == []
    assert await _kinds(told, "handler-other") == ["deadline_yellow"]


async def test_each_clock_of_a_clue_has_lights_of_its_own(
    assigned: Harness, clue_event: Any, told: Any, inbox: Any
) -> None:
    def awaited(event: type[clocks.ClueClockEvent], due: float | None, **more: Any) -> clocks.ClueClockEvent:
        at = None if due is None else _in_days(assigned, due)
        known = {"clue_no": "A-1", "state": "open", "commission": "cdi-a", "due_at": at}
        return event.model_validate({**known, "rule": more["kind"], **more})

    reply = {"clock_id": uuid4(), "kind": "inquiry_reply", "unit": "inv-a"}
    report = {"clock_id": uuid4(), "kind": "inspection_report", "unit": "cdi-a"}
    for one, due in ((reply, 3), (report, 20)):
        started = awaited(clocks.ClueClockStarted, due, **one)
        await assigned.deliver(started, aggregate_id=str(one["clock_id"]), version=1, commission="cdi-a")
    assert await show_lights(assigned.resources) == 1, "the reply alone; the clue has ten days left"
    assert [one["item_type"] for one in await inbox("handler-inv") if one["kind"] == "deadline_yellow"] == [
        "clue_clock"
    ]
    _clock(assigned).advance(days=8)
    assert await show_lights(assigned.resources) == 2
    lights = {(one["item_type"], one["kind"]) for one in await inbox("handler-inv")}
    assert {("clue", "deadline_yellow"), ("clue_clock", "deadline_red")} <= lights
    assert await _kinds(told, "cmo-a") == ["deadline_red"], "of the reply that is late"
    moved = clue_event(clue.ClueExtended, lead_unit="inv-a", due_at=_in_days(assigned, 60))
    await assigned.deliver(moved, version=4, commission="cdi-a")
    _clock(assigned).advance(days=1)
    assert await show_lights(assigned.resources) == 1, "what moved the clue's clock left that of the reply"
    met = awaited(clocks.ClueClockMet, None, **reply)
    await assigned.deliver(met, aggregate_id=str(reply["clock_id"]), version=2, commission="cdi-a")
    _clock(assigned).advance(days=9)
    assert await show_lights(assigned.resources) == 1, "the report to the inspection office, owed by the case office"
    assert (await _kinds(told, "cmo-a"))[0] == "deadline_yellow"


async def test_a_commission_that_has_not_acknowledged_is_reminded(city: Harness, told: Any) -> None:
    alert: dict[str, Any] = {"alert_id": uuid4(), "commissions": ("cdi-a", "cdi-b"), "state": "detected"}
    alert["ack_due"] = _in_days(city, 3)
    ident = str(alert["alert_id"])
    await city.deliver(clue.OverlapAlertDetected.model_validate(alert), aggregate_id=ident, version=1)
    given = {**alert, "acknowledged_by": "cdi-a", "outstanding": ("cdi-b",)}
    await city.deliver(clue.OverlapAlertAcknowledged.model_validate(given), aggregate_id=ident, version=2)
    _clock(city).advance(days=4)
    assert await show_lights(city.resources) == 1
    assert await _kinds(told, "cmo-b") == ["deadline_red"]
    assert await _kinds(told, "cmo-a") == []


async def test_old_reminders_do_not_pile_up_on_a_newcomer(assigned: Harness, inbox: Any) -> None:
    _clock(assigned).advance(days=9)
    await show_lights(assigned.resources)
    await assigned.deliver(PrincipalUpserted(sub="newcomer", unit="inv-a", roles=("handler",), version=1))
    assert [one["kind"] for one in await inbox("newcomer")] == ["clue_assigned"]


async def test_operators_see_how_many_clocks_show_which_light(assigned: Harness, clue_event: Any) -> None:
    """One that moved away from its light is counted no more."""

    async def counted() -> dict[str, float | None]:
        await count_lights(assigned.resources)
        found = {one: REGISTRY.get_sample_value("heli_lights", {"item_type": "clue", "light": one}) for one in Light}
        return {str(light): count for light, count in found.items()}

    assert await counted() == {"blue": 0, "yellow": 0, "red": 0}
    _clock(assigned).advance(days=8)
    assert await counted() == {"blue": 0, "yellow": 1, "red": 0}
    _clock(assigned).advance(days=8)
    assert await counted() == {"blue": 0, "yellow": 0, "red": 1}
    extended = clue_event(clue.ClueExtended, lead_unit="inv-a", due_at=_in_days(assigned, 60))
    await assigned.deliver(extended, version=4, commission="cdi-a")
    assert await counted() == {"blue": 0, "yellow": 0, "red": 0}
