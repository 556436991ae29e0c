"""A worker in a process of its own, for the tests to kill."""

import asyncio
import signal
from typing import Any

from chassis.broker import connect, ensure_streams
from chassis.clock import Clock
from chassis.consumer import Consumer
from chassis.db import Database
from chassis.outbox import Relay
from chassis.settings import PlatformSettings
from chassis.uow import Transactions
from sqlalchemy import text


async def log_effect(uow: Any, envelope: Any, event: Any) -> None:
    await uow.session.execute(
        text("insert into effect (code, version, event_id) values (:code, :version, :event_id)"),
        {"code": event.code, "version": event.version, "event_id": envelope.id},
    )


async def main() -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    settings = PlatformSettings(stream_max_bytes=64 * 2**20)
    database = Database(settings.database_url.get_secret_value(), application="worker")
    broker = await connect(settings.nats_url.get_secret_value(), name="worker")
    await ensure_streams(broker, settings)
    consumer = Consumer(
        durable="counting",
        connection=broker,
        database=database,
        transactions=Transactions(database, Clock(), "personnel-pool-service"),
        handlers={"pool.unit.upserted.v1": log_effect},
    )
    async with asyncio.TaskGroup() as group:
        group.create_task(Relay(database, broker).run(stop))
        group.create_task(consumer.run(stop))
    await broker.drain()
    await database.close()


if __name__ == "__main__":
    asyncio.run(main())
