"""The commands of operators that every service has."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator

import pytest
from chassis.embedded import ServiceDatabase
from chassis.identity import SYSTEM
from chassis.runtime import service_cli
from chassis.service import Resources
from chassis.testing.plugin import log_as_in_production
from chassis.testing.sample.service import SAMPLE
from contracts.pool import UnitUpserted
from sqlalchemy import func, insert, select, update
from typer.testing import CliRunner

from chassis import tables

CODE = "unit-1"
Run = Callable[..., Awaitable[tuple[int, list[str]]]]


@pytest.fixture
def run(service_database: ServiceDatabase, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Run a command of the sample service; exit code and lines of its report."""
    monkeypatch.setenv("HELI_DATABASE_URL", service_database.app)

    async def invoke(*arguments: str) -> tuple[int, list[str]]:
        # In a thread: a command brings an event loop of its own.
        done = await asyncio.to_thread(CliRunner().invoke, service_cli(SAMPLE), arguments)
        return done.exit_code, done.stdout.splitlines()

    yield invoke
    log_as_in_production()  # commands log to the output they were given


async def emit(resources: Resources) -> None:
    async with resources.transactions(SYSTEM) as uow:
        event = UnitUpserted(code=CODE, name="甲单位", unit_type="supervised_unit", version=1)
        await uow.emit(event, aggregate_id=CODE, version=1)


async def bury(resources: Resources, data: bytes | None = None) -> int:
    """A dead letter made of the event in the outbox; with `data` it cannot be read."""
    async with resources.database.sessions.begin() as session:
        row = (await session.execute(select(tables.outbox))).one()
        letter = {
            "consumer": "sample-service",
            "event_id": row.event_id,
            "subject": row.subject,
            "headers": row.headers,
            "data": data or row.data,
            "error_code": "conflict",
            "error_class": "chassis.errors.Conflict",
        }
        number = await session.scalar(insert(tables.dead_letter).values(letter).returning(tables.dead_letter.c.id))
    assert number is not None
    return int(number)


async def test_dead_letters_are_listed_without_their_content_and_applied_once(resources: Resources, run: Run) -> None:
    await emit(resources)
    number = await bury(resources)
    code, lines = await run("dead-letters", "list")
    (listed,) = [json.loads(line) for line in lines]
    assert (code, listed["id"], listed["error_code"]) == (0, number, "conflict")
    assert "甲单位" not in lines[0]
    assert CODE not in await resources.directory.tree(fresh=True)
    assert await run("dead-letters", "redrive", str(number), "--by", "值班员") == (
        0,
        [f"{number} applied"],
    )
    unit = (await resources.directory.tree(fresh=True)).find(CODE)
    assert unit is not None
    assert unit.name == "甲单位"
    assert await run("dead-letters", "redrive", str(number)) == (
        1,
        [f"{number} unknown, or applied before"],
    )
    assert await run("dead-letters", "list") == (0, [])
    assert len((await run("dead-letters", "list", "--all"))[1]) == 1
    async with resources.database.sessions() as session:
        entry = tables.audit_entry.c
        asked = select(entry.actor).where(entry.action == "ask_redrive").order_by(entry.id).limit(1)
        assert await session.scalar(asked) == "operator:值班员"


async def test_one_that_stays_dead_does_not_hold_up_the_next(resources: Resources, run: Run) -> None:
    await emit(resources)
    broken, good = await bury(resources, b"not json"), await bury(resources)
    assert await run("dead-letters", "redrive", str(broken), str(good)) == (
        1,
        [f"{broken} still dead: undecodable", f"{good} applied"],
    )


@pytest.mark.parametrize(("since", "again"), [((), 1), (("--since", "2000-01-01"), 1), (("--since", "2099-01-01"), 0)])
async def test_published_events_are_published_again(
    resources: Resources, run: Run, since: tuple[str, ...], again: int
) -> None:
    await emit(resources)
    async with resources.database.sessions.begin() as session:
        await session.execute(update(tables.outbox).values(sent_at=func.now()))
    assert await run("refill", *since) == (0, [f"{again} events will be published again"])
    async with resources.database.sessions() as session:
        waiting = select(func.count()).where(tables.outbox.c.sent_at.is_(None))
        assert await session.scalar(waiting) == again
