"""Local profiles of lights on real PostgreSQL and NATS: nothing lost, nothing doubled, whatever stops or jumps."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from chassis.embedded import EmbeddedNats
from chassis.identity import Principal
from chassis.runtime import run_worker
from chassis.service import Resources, Service, Timer
from chassis.settings import PlatformSettings
from chassis.testing.harness import Harness
from notification_service.deadlines.service import show_lights
from notification_service.deadlines.settings import LightSettings

from contracts import clue

PATIENCE_S = 120


@pytest.fixture
def profiles(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """``profiles('["progress"]')``: what the operator chose."""

    def choose(value: str) -> None:
        monkeypatch.setenv("HELI_LIGHT_PROFILES", value)
        monkeypatch.setattr("notification_service.deadlines.service.light_settings", LightSettings)

    return choose


def _due(city: Harness, days: float) -> Any:
    return city.resources.clock.now() + timedelta(days=days)


async def _lights(told: Any, sub: str) -> list[str]:
    held: dict[str, list[str]] = await told()
    return [kind.removeprefix("deadline_") for kind in held.get(sub, []) if kind.startswith("deadline")]


async def test_no_opinion_for_one_month_and_for_two(
    city: Harness, clue_event: Any, told: Any, profiles: Callable[[str], None], clock: Any
) -> None:
    profiles('["no_opinion"]')
    await city.deliver(clue_event(clue.ClueAssigned, lead_unit="inv-a", status="assigned", due_at=_due(city, 30)))
    for days, light, shown in ((28, None, 0), (4, "yellow", 1), (15, "yellow", 1), (16, "red", 1)):
        clock.advance(days=days)
        assert await show_lights(city.resources) == shown, (days, light)
        assert await show_lights(city.resources) == 0
    assert await _lights(told, "handler-inv") == ["red", "yellow", "yellow"]
    assert await _lights(told, "chief-a") == ["red"], "the leaders of the commission, once it is red"
    assert await _lights(told, "cmo-a") == ["red"], "and the case office, as ever"


async def test_a_talk_that_takes_long_and_events_that_do_not_change_the_state(
    city: Harness, clue_event: Any, told: Any, profiles: Callable[[str], None], clock: Any
) -> None:
    profiles('["no_opinion", "progress"]')
    talk = {"lead_unit": "inv-a", "status": "talk_inquiry"}
    await city.deliver(clue_event(clue.ClueDispositionApproved, **talk, due_at=_due(city, 30)), version=4)
    clock.advance(days=20)
    await city.deliver(clue_event(clue.ClueExtended, **talk, due_at=_due(city, 15)), version=5)
    clock.advance(days=14)
    assert await show_lights(city.resources) == 1
    clock.advance(days=30)
    assert await show_lights(city.resources) == 1
    clock.advance(days=31)
    assert await show_lights(city.resources) == 1
    assert await _lights(told, "handler-inv") == ["red", "yellow", "blue"]
    reminded = await city.staged_events("notification.deadline")
    assert [(one.type.split(".")[2], one.data["light"]) for one in reminded] == [
        ("reminded", "blue"), ("reminded", "yellow"), ("overdue", "red")
    ]  # fmt: skip
    ended = clue_event(clue.ClueResultRecorded, lead_unit="inv-a", status="closed")
    await city.deliver(ended, version=6)
    clock.advance(days=1)
    assert await show_lights(city.resources) == 0


async def test_a_clue_that_came_back_to_an_office_begins_anew_there(
    city: Harness, clue_event: Any, told: Any, profiles: Callable[[str], None], clock: Any
) -> None:
    profiles('["no_opinion"]')
    for version, unit in enumerate(("inv-a", "sup2-a", "inv-a"), 3):
        event = clue_event(clue.ClueAssigned, lead_unit=unit, status="assigned", due_at=_due(city, 30))
        await city.deliver(event, version=version)
        clock.advance(days=25)
    assert await show_lights(city.resources) == 0, "25 days, not 75"
    clock.advance(days=8)
    assert await show_lights(city.resources) == 1
    assert await _lights(told, "handler-inv") == ["yellow"]


async def test_another_choice_holds_for_clocks_that_run_already(
    city: Harness, clue_event: Any, told: Any, profiles: Callable[[str], None], clock: Any
) -> None:
    await city.deliver(clue_event(clue.ClueAssigned, lead_unit="inv-a", status="assigned", due_at=_due(city, 30)))
    clock.advance(days=35)
    profiles('["progress"]')
    assert await show_lights(city.resources) == 1
    assert await _lights(told, "handler-inv") == ["blue"]
    profiles("[]")
    assert await show_lights(city.resources) == 1
    assert await _lights(told, "handler-inv") == ["red", "blue"]


Working = Callable[[], AbstractAsyncContextManager[Resources]]


@pytest.fixture
def working(service: Service, resources: Resources, nats_server: EmbeddedNats) -> Working:
    """``async with working():`` a worker that looks at the lights ten times a second."""
    url = PlatformSettings(nats_url=nats_server.url()).nats_url
    running = replace(resources, settings=resources.settings.model_copy(update={"nats_url": url}))

    async def look(of: Resources) -> None:
        await show_lights(of)

    quick = replace(service, timers=[Timer("lights", 0.1, look)])

    @asynccontextmanager
    async def run() -> AsyncIterator[Resources]:
        stop = asyncio.Event()
        task = asyncio.create_task(run_worker(quick, running, stop))
        try:
            yield running
        finally:
            stop.set()
            await asyncio.wait_for(task, 60)

    return run


async def _until(check: Callable[[], Any], wanted: Any) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while (found := await check()) != wanted:
        assert time.monotonic() < deadline, found
        await asyncio.sleep(0.02)


async def test_restarts_downtime_and_a_clock_that_jumps_lose_and_double_nothing(
    working: Working, city: Harness, clue_event: Any, told: Any, profiles: Callable[[str], None], clock: Any
) -> None:
    profiles('["progress"]')

    async def lights() -> list[str]:
        return await _lights(told, "handler-inv")

    async def seen_outward() -> int:
        return len(await city.staged_events("notification.deadline"))

    event = clue_event(clue.ClueDispositionApproved, lead_unit="inv-a", status="talk_inquiry", due_at=_due(city, 30))
    async with working() as resources:
        async with resources.transactions(Principal("cmo-a")) as uow:
            await uow.emit(event, aggregate_id=event.clue_id, version=4, commission="cdi-a")
        await _until(told, {"handler-inv": ["disposition_approved"], "petition-a": ["disposition_approved"]})
        clock.advance(days=33)
        await _until(lights, ["blue"])
    clock.advance(days=1)  # a day of downtime, and more
    async with working(), working():
        await _until(lights, ["blue", "blue"])
        clock.advance(days=-1)
        clock.advance(days=1)
        clock.advance(days=31)
        await _until(lights, ["yellow", "blue", "blue"])
    clock.advance(days=-20)  # the clock was wrong and is put back
    async with working():
        await _until(lights, ["blue", "yellow", "blue", "blue"])
    clock.advance(days=20)
    async with working():
        clock.advance(days=31)
        await _until(lights, ["red", "blue", "yellow", "blue", "blue"])
    assert await seen_outward() == 5
    assert await show_lights(city.resources) == 0
