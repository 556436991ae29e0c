"""What a process of a service needs before it is given work: a database that answers, with a schema new enough."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from alembic.script import ScriptDirectory
from prometheus_client import Gauge
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from chassis.leadership import pause_for
from chassis.logging import get_logger
from chassis.migrations import alembic_config
from chassis.service import Resources, Service
from chassis.telemetry import REGISTRY

log = get_logger(__name__)

BEHIND = Gauge("heli_schema_behind", "1 while the schema is older than this process needs it", registry=REGISTRY)


class SchemaBehind(Exception):
    """The database has an older schema than this release works on; its migration has not run, or has not ended."""


class SchemaCheck:
    """Passes once the newest revision that this release knows is there, or one that it does not know yet.

    A newer schema is fine: releases only add to it. It never goes back, so a passed check is not made again.
    """

    def __init__(self, service: Service, resources: Resources) -> None:
        self._package = service.migrations
        self._database = resources.database
        self._known: tuple[str, frozenset[str]] | None = None
        self._passed = False

    async def __call__(self) -> None:
        """Raise ``SchemaBehind``, or what the database answers where there is no schema at all."""
        if self._passed:
            return
        if self._known is None:
            self._known = await asyncio.to_thread(_revisions, self._package)
        newest, known = self._known
        try:
            present = await self._present()
        except ProgrammingError:  # no schema at all
            BEHIND.set(1)
            raise
        if present is None or (present in known and present != newest):
            BEHIND.set(1)
            raise SchemaBehind(f"{present or 'nothing'} where {newest} is needed")
        BEHIND.set(0)
        self._passed = True

    async def _present(self) -> str | None:
        async with self._database.engine.connect() as connection:
            found: str | None = await connection.scalar(text("select version_num from alembic_version"))
        return found


def _revisions(package: str) -> tuple[str, frozenset[str]]:
    scripts = ScriptDirectory.from_config(alembic_config(package, ""))
    newest = scripts.get_current_head()
    if newest is None:
        message = f"{package} has no migrations"
        raise ValueError(message)
    return newest, frozenset(script.revision for script in scripts.walk_revisions())


async def until_schema_is_there(service: Service, resources: Resources, stop: asyncio.Event) -> None:
    """Wait for what is migrated while a worker starts: on an older schema it would bury events and fail at jobs."""
    check, is_told = SchemaCheck(service, resources), False
    while not stop.is_set():
        try:
            await check()
        except Exception as error:
            if not is_told:
                log.warning("worker_waits_for_schema", exc_info=error)
                is_told = True
            await pause_for(stop, _ASKED_EVERY_S)
        else:
            return


_ASKED_EVERY_S = 1.0


def readiness(service: Service, resources: Resources) -> Mapping[str, Callable[[], Awaitable[None]]]:
    """What ``/readyz`` asks, by name."""
    return {"database": resources.database.ping, "schema": SchemaCheck(service, resources)}
