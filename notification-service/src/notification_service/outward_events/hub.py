"""Wakes the open event streams of a process when events have come: one query a second for all of them."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from chassis.db import Database
from chassis.logging import get_logger
from sqlalchemy.exc import SQLAlchemyError

from notification_service.outward_events.repository import kept_range

_POLL_SECONDS = 1.0  # where another process stores; in this one, a commit wakes the hub at once

log = get_logger(__name__)


class EventHub:
    """Watches the end of the outward events while anyone listens; each stream reads for itself."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._listeners: set[asyncio.Event] = set()
        self._woken = asyncio.Event()
        self._watching: asyncio.Task[None] | None = None

    def wake(self) -> None:
        """Look now."""
        self._woken.set()

    @contextmanager
    def listening(self) -> Iterator[asyncio.Event]:
        """An event that is set whenever there may be new events."""
        news = asyncio.Event()
        self._listeners.add(news)
        if self._watching is None or self._watching.done():
            self._watching = asyncio.create_task(self._watch(), name="event-hub")
        try:
            yield news
        finally:
            self._listeners.discard(news)
            if not self._listeners:
                self._watching.cancel()
                self._watching = None

    async def _watch(self) -> None:
        seen = -1
        while True:
            self._woken.clear()
            try:
                async with self._database.sessions() as session:
                    newest = (await kept_range(session))[1]
            except (SQLAlchemyError, OSError) as error:
                log.warning("event_hub_retries", exc_info=error)
            else:
                if newest != seen:
                    seen = newest
                    for news in self._listeners:
                        news.set()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), _POLL_SECONDS)
