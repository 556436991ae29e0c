"""Starts the nightly re-clustering as a process of its own: what DuckDB takes and breaks is not the worker's."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import datetime

from chassis.logging import get_logger
from chassis.service import Resources

from clue_service.reclusterings import repository
from clue_service.reclusterings.settings import ReclusteringSettings

EVERY_SECONDS = 300.0
_PROGRAM = "from clue_service.main import main; main(['recluster', '--by', 'nightly'])"

log = get_logger(__name__)


def is_due(now: datetime, last: datetime | None, hour: int) -> bool:
    """Whether a night's run is still to be started: from the hour on, once a local day. Both instants are local."""
    return now.hour >= hour and (last is None or last.date() < now.date())


class Nightly:
    """The timer's memory: the process it started, if it still runs."""

    def __init__(self) -> None:
        self._running: asyncio.subprocess.Process | None = None

    async def start_if_due(self, resources: Resources) -> None:
        """Start tonight's run where it is wanted and due. Does not wait for it; other workers see its row."""
        settings = ReclusteringSettings()
        if not settings.recluster_nightly or self._is_running():
            return
        async with resources.database.sessions() as session:
            last = await repository.find_last_start(session)
        zone = resources.clock.zone
        now = resources.clock.now().astimezone(zone)
        if is_due(now, last.astimezone(zone) if last else None, settings.recluster_hour):
            self._running = await asyncio.create_subprocess_exec(sys.executable, "-c", _PROGRAM)
            log.info("reclustering_started", pid=self._running.pid)

    def _is_running(self) -> bool:
        if self._running is None or self._running.returncode is None:
            return self._running is not None
        log.info("reclustering_ended", code=self._running.returncode)
        self._running = None
        return False


def nightly_timer() -> Callable[[Resources], Awaitable[None]]:
    """What the worker's timer runs."""
    return Nightly().start_if_due
