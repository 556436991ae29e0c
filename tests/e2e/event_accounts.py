"""Whether every event that was committed is on the stream and was handled by each service that follows it."""

import asyncio
import json
import time
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import asyncpg
from chassis.runtime import all_handlers
from chassis.service import Service, build_resources
from chassis.settings import PlatformSettings
from clue_service.main import SERVICE as CLUE
from heli_local.running import RunningStack
from inspection_service.main import SERVICE as INSPECTION
from notification_service.main import SERVICE as NOTIFICATION
from personnel_pool_service.main import SERVICE as POOL

SERVICES = (CLUE, POOL, INSPECTION, NOTIFICATION)
SETTLE_S = 240.0


class Databases:
    """The four databases of a stack, read as their owners."""

    def __init__(self, stack: RunningStack) -> None:
        server = json.loads((stack.home / "postgres" / "server.json").read_text())
        self._urls = {
            service.short: f"postgresql://{service.short}_owner:{server['passwords'][f'{service.short}_owner']}"
            f"@127.0.0.1:{server['port']}/{service.short}"
            for service in SERVICES
        }

    async def ask(self, short: str, query: str) -> list[Any]:
        connection = await asyncpg.connect(self._urls[short])
        try:
            return [tuple(row) for row in await connection.fetch(query)]
        finally:
            await connection.close()

    async def missing(self, new_to: Mapping[str, frozenset[str]]) -> list[str]:
        """Events that were committed and are not on the stream, or not handled by a service that follows them.

        ``new_to`` names, by service, types of events that nobody followed while they were told.
        """
        found, emitted = [], []
        for service in SERVICES:
            rows = await self.ask(service.short, "select event_id, subject, sent_at is not null from outbox")
            found += [f"{event} of {service.short} is not sent" for event, _, is_sent in rows if not is_sent]
            emitted += [(event, kind_of(subject)) for event, subject, _ in rows]
        for service in SERVICES:
            ids = {event for (event,) in await self.ask(service.short, "select event_id from inbox")}
            kinds = followed(service) - new_to.get(service.short, frozenset())
            found += [
                f"{kind} is not handled by {service.short}"
                for event, kind in emitted
                if kind in kinds and event not in ids
            ]
        return found

    async def dead(self) -> int:
        return sum([(await self.ask(service.short, "select count(*) from dead_letter"))[0][0] for service in SERVICES])


def kind_of(subject: str) -> str:
    return subject.removeprefix("evt.").rpartition(".")[0]


def followed(service: Service) -> frozenset[str]:
    """The types of events it has handlers for; nothing is opened for that."""
    settings = PlatformSettings(database_url="postgresql+asyncpg://nobody@127.0.0.1:1/none")
    return frozenset(all_handlers(service, build_resources(service, settings)))


async def settled(databases: Databases, new_to: Mapping[str, frozenset[str]] = MappingProxyType({})) -> list[str]:
    deadline = time.monotonic() + SETTLE_S
    while (missing := await _asked(databases, new_to)) and time.monotonic() < deadline:  # noqa: ASYNC110 - in other processes
        await asyncio.sleep(0.5)
    return missing


async def _asked(databases: Databases, new_to: Mapping[str, frozenset[str]]) -> list[str]:
    """What is missing; a server that was just killed may not be back yet."""
    try:
        return await databases.missing(new_to)
    except (OSError, asyncpg.CannotConnectNowError):
        return ["PostgreSQL cannot be asked"]
