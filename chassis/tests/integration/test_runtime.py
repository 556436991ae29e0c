"""A whole worker on real PostgreSQL and NATS: events come round, jobs are retried, the directory heals itself."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

import httpx2
import pytest
from chassis.directory import Directory
from chassis.embedded import EmbeddedNats
from chassis.errors import UnknownUnit, invalid_field
from chassis.http import Peer, PeerFailed, Peers
from chassis.identity import SYSTEM
from chassis.jobs import JobRunner
from chassis.runtime import build_app, run_worker
from chassis.service import Resources, Service
from chassis.settings import PlatformSettings
from contracts.pool import UnitUpserted

from chassis import tables

UNIT: dict[str, Any] = {"code": "u1", "name": "市纪委", "unit_type": "cdi", "level": "city", "version": 1}


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not await condition():
        assert time.monotonic() < deadline, "not in time"
        await asyncio.sleep(0.02)


@pytest.fixture
async def worker(service: Service, resources: Resources, nats_server: EmbeddedNats) -> AsyncIterator[Resources]:
    settings = resources.settings.model_copy(update={"nats_url": PlatformSettings(nats_url=nats_server.url()).nats_url})
    running = replace(resources, settings=settings)
    stop = asyncio.Event()
    task = asyncio.create_task(run_worker(service, running, stop))
    yield running
    stop.set()
    await asyncio.wait_for(task, 60)


async def test_a_unit_written_reaches_the_copy_through_outbox_and_stream(worker: Resources) -> None:
    for version in (1, 2, 3):
        async with worker.transactions(SYSTEM) as uow:
            event = UnitUpserted.model_validate({**UNIT, "name": f"第{version}版", "version": version})
            await uow.emit(event, aggregate_id="u1", version=version)

    async def arrived() -> bool:
        unit = (await worker.directory.tree(fresh=True)).find("u1")
        return unit is not None and unit.version == 3

    await until(arrived)
    unit = (await worker.directory.tree()).find("u1")
    assert unit is not None
    assert unit.name == "第3版"


async def test_an_older_version_never_overwrites_the_copy(resources: Resources) -> None:
    from chassis.directory import store_unit

    for version in (2, 1):
        async with resources.database.sessions.begin() as session:
            await store_unit(session, {**UNIT, "name": f"v{version}", "version": version})
    unit = (await resources.directory.tree(fresh=True)).find("u1")
    assert unit is not None
    assert (unit.name, unit.version) == ("v2", 2)


class OnePeer(Peers):
    """Peers of which one answers."""

    def __init__(self, answer: Callable[[httpx2.Request], httpx2.Response]) -> None:
        self._clients = {
            "pool": httpx2.AsyncClient(transport=httpx2.MockTransport(answer), base_url="http://pool.test")
        }
        self._peers = {"pool": Peer("pool", self._clients["pool"])}


async def test_an_unknown_unit_is_fetched_once_with_its_parents(resources: Resources) -> None:
    asked: list[str] = []
    units = {"child": {**UNIT, "code": "child", "parent_code": "u1"}, "u1": UNIT}

    def answer(request: httpx2.Request) -> httpx2.Response:
        code = request.url.path.rpartition("/")[2]
        asked.append(code)
        return httpx2.Response(200, json=units[code]) if code in units else httpx2.Response(404)

    peers = OnePeer(answer)
    directory = Directory(resources.database, peers)
    tree = await directory.require({"/unit": "child", "/none": None})
    assert tree.commission("child") == "child"
    assert asked == ["child", "u1"]
    await directory.require({"/unit": "child"})
    assert asked == ["child", "u1"]
    with pytest.raises(UnknownUnit) as refused:
        await directory.require({"/lead_unit": "nobody", "/unit": "child"})
    assert [error.pointer for error in refused.value.errors] == ["/lead_unit"]
    await peers.close()


async def test_a_known_unit_works_while_its_owner_is_down(resources: Resources) -> None:
    from chassis.directory import store_unit

    async with resources.database.sessions.begin() as session:
        await store_unit(session, UNIT)

    def down(_request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("down")

    peers = OnePeer(down)
    directory = Directory(resources.database, peers)
    assert "u1" in await directory.require({"/unit": "u1"})
    with pytest.raises(PeerFailed):
        await directory.require({"/unit": "u2"})
    await peers.close()


@pytest.mark.parametrize("status", [401, 403, 429, 503])
async def test_an_owner_that_gives_no_answer_does_not_make_a_unit_unknown(resources: Resources, status: int) -> None:
    peers = OnePeer(lambda _request: httpx2.Response(status))
    with pytest.raises(PeerFailed):
        await Directory(resources.database, peers).require({"/unit": "u2"})
    await peers.close()


async def test_jobs_are_retried_until_the_peer_is_back_and_parked_when_hopeless(resources: Resources) -> None:
    seen: list[str] = []

    async def flaky(_resources: Resources, payload: Mapping[str, Any]) -> None:
        seen.append(payload["name"])
        if len(seen) < 3:
            raise PeerFailed

    async def hopeless(_resources: Resources, _payload: Mapping[str, Any]) -> None:
        raise invalid_field("/x", "wrong", "错", "wrong")

    async with resources.transactions(SYSTEM) as uow:
        await uow.enqueue("flaky", {"name": "a"})
        await uow.enqueue("hopeless", {})
    runner = JobRunner(resources, {"flaky": flaky, "hopeless": hopeless})
    stop = asyncio.Event()
    task = asyncio.create_task(runner.run(stop))

    async def settled() -> bool:
        async with resources.database.sessions() as session:
            rows = (await session.execute(tables.job.select())).all()
        return all(row.done_at is not None or row.failed_code is not None for row in rows)

    await until(settled)
    stop.set()
    await task
    assert seen == ["a", "a", "a"]
    async with resources.database.sessions() as session:
        codes = {row.kind: row.failed_code for row in (await session.execute(tables.job.select())).all()}
    assert codes == {"flaky": None, "hopeless": "invalid_request"}


async def test_a_long_job_does_not_hold_up_the_others(resources: Resources) -> None:
    release, quick = asyncio.Event(), asyncio.Event()

    async def long(_resources: Resources, _payload: Mapping[str, Any]) -> None:
        await release.wait()

    async def short(_resources: Resources, _payload: Mapping[str, Any]) -> None:
        quick.set()

    runner = JobRunner(resources, {"long": long, "short": short})
    resources.transactions.on_jobs_committed(runner.wake)
    stop = asyncio.Event()
    task = asyncio.create_task(runner.run(stop))
    for kind in ("long", "short"):
        async with resources.transactions(SYSTEM) as uow:
            await uow.enqueue(kind, {})
    await asyncio.wait_for(quick.wait(), 60)
    stop.set()
    release.set()
    await asyncio.wait_for(task, 60)
    async with resources.database.sessions() as session:
        assert all(row.done_at is not None for row in (await session.execute(tables.job.select())).all())


async def test_a_rolled_back_unit_of_work_leaves_no_event_and_no_job(resources: Resources) -> None:
    async def fail() -> None:
        async with resources.transactions(SYSTEM) as uow:
            await uow.emit(UnitUpserted.model_validate(UNIT), aggregate_id="u1", version=1)
            await uow.enqueue("x", {})
            raise PeerFailed

    with pytest.raises(PeerFailed):
        await fail()
    async with resources.database.sessions() as session:
        assert (await session.execute(tables.outbox.select())).all() == []
        assert (await session.execute(tables.job.select())).all() == []


def test_the_app_is_built_without_opening_anything(service: Service, resources: Resources) -> None:
    assert build_app(service, resources, with_worker=True).title == "Sample"
