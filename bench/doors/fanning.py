"""One notice for 10,000 people while others are told of their own events: how long for all, and who waits for it."""

import asyncio
import time
from contextlib import AsyncExitStack
from uuid import UUID, uuid4

import uvloop
from chassis.db import Database
from chassis.directory import store_principal, store_unit
from chassis.identity import SYSTEM
from chassis.outbox import Relay
from chassis.testing.harness import TestIssuer
from chassis.uow import Transactions
from contracts.clue import ClueAssigned
from sqlalchemy import text

from doors import serving
from doors.arriving import producer, reading, running_until_left, until
from doors.figures import Part, at, at_rate, cpu_s, floor_ms, row, spread
from doors.stage import COMMISSION, Stage, people, producing, registered, staged

_READER, _CROWDED = "supervisor", "inv-a"
_RATE, _ARRIVAL_MUST = 50, 150
_LOST_AFTER_S = 120


def measure(*, is_quick: bool) -> Part:
    """Everything on servers of its own."""
    with staged() as stage:
        return uvloop.run(_measure(stage, crowd=1_000 if is_quick else 10_000))


async def _measure(stage: Stage, *, crowd: int) -> Part:
    await people(stage, [_READER])
    await _fill(stage, crowd)
    issuer, committed, seen = TestIssuer(), dict[UUID, float](), dict[UUID, list[float]]()
    async with AsyncExitStack() as stack:
        database, broker = await stack.enter_async_context(producer(stage))
        inboxes = Database(stage.notification_url)
        stack.push_async_callback(inboxes.close)
        jwks = await stack.enter_async_context(serving.serving_keys(issuer))
        base, pid = await stack.enter_async_context(
            serving.notification(stage.folder, issuer=issuer, jwks=jwks, urls=stage.notification)
        )
        transactions, relay = producing(database), Relay(database, broker)
        transactions.on_events_committed(relay.wake)
        await stack.enter_async_context(running_until_left(relay.run))

        async def emit(_number: int = 0) -> None:
            clue_id = uuid4()
            async with transactions(SYSTEM) as uow:
                await uow.emit(registered(clue_id), aggregate_id=clue_id, version=1, commission=COMMISSION)
            committed[clue_id] = time.perf_counter()

        async def others(seconds: float) -> list[float]:
            """Milliseconds until each event of others was seen."""
            committed.clear()
            await at_rate(_RATE, seconds, emit)
            await until(lambda: committed.keys() <= seen.keys(), _LOST_AFTER_S)
            return [(seen[one][0] - when) * 1000 for one, when in committed.items() if one in seen]

        await stack.enter_async_context(
            reading(base, issuer.token(_READER, unit="cmo-a", roles=["case_supervisor"]), seen)
        )
        await others(3)  # connections are opened, caches filled
        alone = await others(6)
        began, before = time.perf_counter(), cpu_s(pid)
        await _assign(transactions)
        all_told = asyncio.create_task(_told(inboxes, crowd, began))
        beside = await others(6)
        took, held = await all_told
        cpu_us = (cpu_s(pid) - before) * 1e6 / crowd
    return {"rows": _rows(crowd, took, held, alone, beside, cpu_us)}


def _rows(
    crowd: int, took: float, held: tuple[int, int], alone: list[float], beside: list[float], cpu_us: float
) -> list[list[object]]:
    (rows, distinct), p99 = held, at(beside, 0.99)
    return [
        row(f"commit → all {crowd:,} inboxes hold the notice, s", "", f"{took:.1f}"),
        row(
            "people without it, or with it twice",
            "0",
            f"{crowd - distinct + rows - distinct}",
            is_met=rows == distinct == crowd,
        ),
        row(f"others' notices at {_RATE} events/s with no crowd, p50 / p95 / p99, ms", "", spread(alone)),
        row(f"others' notices at {_RATE} events/s while the crowd is told, ms", "", spread(beside)),
        row("the same, p99, ms", f"≤ {_ARRIVAL_MUST}", f"{p99:.0f}", is_met=p99 <= _ARRIVAL_MUST),
        row("notification-service, CPU-µs per person of the crowd, others' events included", "", f"{cpu_us:.0f}"),
        row("floor: a millisecond of pure computation, ms", "", spread(floor_ms())),
    ]


async def _fill(stage: Stage, crowd: int) -> None:
    """Handlers of one office in notification-service's directory copy."""
    database = Database(stage.notification_url)
    unit = {"code": _CROWDED, "name": _CROWDED, "unit_type": "investigation_office", "parent_code": COMMISSION}
    async with database.sessions.begin() as session:
        await store_unit(session, {**unit, "version": 1})
        for number in range(crowd):
            person = {"sub": f"crowd-{number:05d}", "unit": _CROWDED, "roles": ["handler"], "clearance": "internal"}
            await store_principal(session, {**person, "cadre_id": None, "version": 1})
    await database.close()


async def _assign(transactions: Transactions) -> None:
    clue_id = uuid4()
    first = registered(clue_id)
    event = ClueAssigned.model_validate({**first.model_dump(), "status": "assigned", "lead_unit": _CROWDED})
    async with transactions(SYSTEM) as uow:
        await uow.emit(event, aggregate_id=clue_id, version=2, commission=COMMISSION)


async def _told(database: Database, crowd: int, began: float) -> tuple[float, tuple[int, int]]:
    """Seconds until everybody had it; rows and people then. Asks ten times a second: a count of rows costs little."""
    query = text("select count(*), count(distinct sub) from delivery where sub like 'crowd-%'")
    while True:
        async with database.sessions() as session:
            rows, distinct = (await session.execute(query)).one()
        took = time.perf_counter() - began
        if distinct >= crowd or took > _LOST_AFTER_S:
            return took, (rows, distinct)
        await asyncio.sleep(0.1)
