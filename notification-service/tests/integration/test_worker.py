"""The whole way on real PostgreSQL and NATS: outbox, stream, consumer, inbox."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from chassis.embedded import EmbeddedNats
from chassis.identity import Principal
from chassis.runtime import run_worker
from chassis.service import Resources, Service
from chassis.settings import PlatformSettings
from chassis.testing.harness import Harness

from contracts import clue, pool


@pytest.fixture
async def worker(service: Service, resources: Resources, nats_server: EmbeddedNats) -> AsyncIterator[Resources]:
    settings = resources.settings.model_copy(update={"nats_url": PlatformSettings(nats_url=nats_server.url()).nats_url})
    running = replace(resources, settings=settings)
    stop = asyncio.Event()
    task = asyncio.create_task(run_worker(service, running, stop))
    yield running
    stop.set()
    await asyncio.wait_for(task, 60)


async def _until_held(inbox: Any, sub: str, count: int) -> list[dict[str, Any]]:
    deadline = time.monotonic() + 120
    while len(held := await inbox(sub)) < count:
        assert time.monotonic() < deadline, f"{sub} holds {len(held)} of {count}"
        await asyncio.sleep(0.02)
    result: list[dict[str, Any]] = held
    return result


async def test_events_off_the_stream_become_notices_once_and_in_order(
    worker: Resources, city: Harness, inbox: Any, clue_event: Any
) -> None:
    async with worker.transactions(Principal("cmo-a")) as uow:
        joins = pool.PrincipalUpserted(sub="second", unit="inv-a", roles=("handler",), version=1)
        await uow.emit(joins, aggregate_id="second", version=1)
        for version in range(1, 21):
            event = clue_event(clue.ClueExtended, lead_unit="inv-a")
            await uow.emit(event, aggregate_id=event.clue_id, version=version, commission="cdi-a")
        alert = clue.OverlapAlertDetected(alert_id=uuid4(), commissions=("cdi-a", "cdi-b"), state="detected")
        await uow.emit(alert, aggregate_id=alert.alert_id, version=1)
    assert len(await _until_held(inbox, "second", 20)) == 20
    for sub in ("cmo-a", "petition-a", "cmo-b"):
        (notice,) = await _until_held(inbox, sub, 1)
        assert notice["item_id"] == str(alert.alert_id)
    assert len(await inbox("handler-inv")) == 20


async def test_an_audience_is_who_held_the_role_when_the_event_came(
    worker: Resources, city: Harness, inbox: Any, clue_event: Any
) -> None:
    """A change of the directory between two events parts the run that they would be."""
    async with worker.transactions(Principal("cmo-a")) as uow:
        for version, role in enumerate(("handler", "auditor"), 1):
            changes = pool.PrincipalUpserted(sub="passing", unit="inv-a", roles=(role,), version=version)
            await uow.emit(changes, aggregate_id="passing", version=version)
            for step in (1, 2):
                event = clue_event(clue.ClueExtended, lead_unit="inv-a", clue_no=f"{role}-{step}")
                await uow.emit(event, aggregate_id=event.clue_id, version=2 * version + step, commission="cdi-a")
    await _until_held(inbox, "handler-inv", 4)
    assert [one["item_no"] for one in await inbox("passing")] == ["handler-2", "handler-1"]
