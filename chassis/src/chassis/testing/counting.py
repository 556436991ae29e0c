"""A world of counters in which every loss, repeat and wrong order of events shows: tests and `heli faults` break it.

Each transaction raises a counter and emits that as an event; the consumer's handler, not guarded by versions on
purpose, writes each event it is given into a log of effects. Run as a program it is one process of that world.
"""

import asyncio
import os
import random
import signal
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import uuid4

from alembic.migration import MigrationContext
from alembic.operations import Operations
from contracts.envelope import Envelope
from contracts.pool import UnitUpserted
from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from chassis import tables
from chassis.broker import Broker, BrokerRefused, BrokerUnavailable, Message, connect
from chassis.clock import Clock
from chassis.consumer import Consumer
from chassis.db import Database
from chassis.identity import SYSTEM
from chassis.outbox import Relay
from chassis.settings import PlatformSettings
from chassis.streams import ensure_streams
from chassis.uow import Transactions, Uow

EVENT = UnitUpserted.type
DURABLE = "counting"
SOURCE = "personnel-pool-service"
CODES = tuple(f"c{number}" for number in range(20))
RELAY, CONSUMER, PRODUCER, CARELESS = "relay", "consumer", "producer", "careless-producer"
TOGETHER = "consumer-together"
"""What a process of this world may do; the careless producer publishes after its commit instead of through the outbox,
and the last consumer applies neighbours in one transaction."""

_PRODUCERS_AT_ONCE = 4
_RAISE = text(
    "insert into counter values (:code, 1)"
    " on conflict (code) do update set version = counter.version + 1 returning version"
)


def create_schema(connection: Connection) -> None:
    """The platform's tables, a counter per aggregate and the log of effects."""
    tables.upgrade_v1(Operations(MigrationContext.configure(connection)))
    connection.execute(text("create table counter (code text primary key, version bigint not null)"))
    connection.execute(
        text(
            "create table effect (seq bigint generated always as identity primary key,"
            " code text not null, version bigint not null, event_id uuid not null)"
        )
    )


async def count_up(uow: Uow, code: str) -> int:
    """Raise a counter and emit that, within a transaction; returns the version."""
    version = int(await uow.session.scalar(_RAISE, {"code": code}) or 0)
    event = UnitUpserted(code=code, name=code, unit_type="supervised_unit", version=version)
    await uow.emit(event, aggregate_id=code, version=version)
    return version


async def log_effect(uow: Uow, envelope: Envelope, event: UnitUpserted) -> None:
    """Not version-guarded on purpose: a repeat or a wrong order must show."""
    await uow.session.execute(
        text("insert into effect (code, version, event_id) values (:code, :version, :event_id)"),
        {"code": event.code, "version": event.version, "event_id": envelope.id},
    )


async def log_effects(uow: Uow, events: Sequence[tuple[Envelope, UnitUpserted]]) -> None:
    """The same for a run of events."""
    for envelope, event in events:
        await log_effect(uow, envelope, event)


@dataclass(frozen=True)
class Verdict:
    """What became of committed events."""

    committed: int
    lost: int
    doubled: int
    disordered: int

    @property
    def is_good(self) -> bool:
        """Whether nothing befell any of them."""
        return not (self.lost or self.doubled or self.disordered)


def judge(counters: Mapping[str, int], effects: Iterable[tuple[str, int]], answered: Mapping[str, int]) -> Verdict:
    """Compare what was committed with its effects.

    Args:
        counters: each aggregate's version in the database.
        effects: aggregate and version of each effect, in the order they were applied.
        answered: the highest version of each aggregate whose commit a producer was told of.
    """
    committed = {code: max(version, answered.get(code, 0)) for code, version in {**answered, **counters}.items()}
    seen: dict[str, list[int]] = {}
    for code, version in effects:
        seen.setdefault(code, []).append(version)
    lost = doubled = disordered = 0
    for code, top in committed.items():
        applied = seen.get(code, [])
        lost += top - len({one for one in applied if one <= top})
        doubled += len(applied) - len(set(applied))
        disordered += sum(later < earlier for earlier, later in pairwise(applied))
    return Verdict(sum(committed.values()), lost, doubled, disordered)


async def _produce(transactions: Transactions, stop: asyncio.Event, rate: float, answers: Path, broker: Any) -> None:
    """Commit about ``rate`` events a second; what was answered is noted in a file that outlives this process."""
    file = os.open(answers, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    choose = random.Random()  # noqa: S311 - not a secret

    async def one_of_them() -> None:
        loop, pause = asyncio.get_running_loop(), _PRODUCERS_AT_ONCE / rate
        due = loop.time()
        while not stop.is_set():
            code = choose.choice(CODES)
            try:
                async with transactions(SYSTEM) as uow:
                    if broker is None:
                        version = await count_up(uow, code)
                    else:
                        version = int(await uow.session.scalar(_RAISE, {"code": code}) or 0)
            except (SQLAlchemyError, OSError, TimeoutError):
                await asyncio.sleep(0.1)  # not committed, or not known to be: the database says which
                continue
            os.write(file, f"{code} {version}\n".encode())
            if broker is not None:
                await _publish_carelessly(broker, code, version)
            due = max(due + pause, loop.time() - 1)
            await asyncio.sleep(max(0.0, due - loop.time()))

    await asyncio.gather(*(one_of_them() for _ in range(_PRODUCERS_AT_ONCE)))


async def _publish_carelessly(broker: Broker, code: str, version: int) -> None:
    """What many do: publish after the commit, try three times, then log and go on."""
    event = UnitUpserted(code=code, name=code, unit_type="supervised_unit", version=version)
    envelope = Envelope(
        id=uuid4(),
        type=event.type,
        time=Clock().now(),
        source=SOURCE,
        aggregate_id=code,
        version=version,
        actor=SYSTEM.sub,
        correlation_id="careless",
    )
    message = Message(envelope.subject, envelope.to_headers(), event.to_data())
    for _ in range(3):
        try:
            await broker.publish(message, within=1)
        except (BrokerUnavailable, BrokerRefused):
            await asyncio.sleep(0.1)
        else:
            return


async def _run(roles: set[str], rate: float, answers: Path) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    settings = PlatformSettings()
    database = Database(settings.database_url.get_secret_value(), application="counting")
    transactions = Transactions(database, Clock(offset_file=settings.clock_file), SOURCE)
    broker = None
    if roles - {PRODUCER}:
        try:
            broker = await connect(settings.nats_url.get_secret_value(), name="counting", stop=stop)
        except BrokerUnavailable:
            return
    async with asyncio.TaskGroup() as group:
        if broker is not None and RELAY in roles:
            await ensure_streams(broker, settings, stop)
            group.create_task(Relay(database, broker).run(stop))
        if broker is not None and roles & {CONSUMER, TOGETHER}:
            await ensure_streams(broker, settings, stop)
            consumer = Consumer(
                durable=DURABLE,
                connection=broker,
                database=database,
                transactions=transactions,
                handlers={EVENT: log_effect},
                together={EVENT: log_effects} if TOGETHER in roles else {},
            )
            group.create_task(consumer.run(stop))
        if roles & {PRODUCER, CARELESS}:
            careless = broker if CARELESS in roles else None
            group.create_task(_produce(transactions, stop, rate, answers, careless))
    if broker is not None:
        await broker.drain()
    await database.close()


def main(roles: str, rate: str = "1", answers: str = os.devnull) -> None:
    """Run a process of this world: its roles, joined by commas; for producers events a second and a file of answers."""
    asyncio.run(_run(set(roles.split(",")), float(rate), Path(answers)))


if __name__ == "__main__":
    main(*sys.argv[1:])
