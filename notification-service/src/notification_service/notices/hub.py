"""Wakes the open streams of a process when somebody's inbox has grown: one query a second for all of them."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

from chassis.db import Database
from chassis.logging import get_logger
from sqlalchemy.exc import SQLAlchemyError

from notification_service.notices.repository import last_seq, list_recipients_after

_POLL_SECONDS = 1.0  # where another process delivers; in this one, a commit wakes the hub at once
_BATCH = 5_000

log = get_logger(__name__)


class Hub:
    """Watches deliveries while anyone listens. It carries no notices: each stream reads its own."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._listeners: defaultdict[str, set[asyncio.Event]] = defaultdict(set)
        self._woken = asyncio.Event()
        self._watching: asyncio.Task[None] | None = None

    def wake(self, subs: Iterable[str]) -> None:
        """These people have been told something by this process: their streams look at once."""
        for sub in self._listeners.keys() & set(subs):
            self._wake(sub)

    @contextmanager
    def listening(self, sub: str) -> Iterator[asyncio.Event]:
        """An event that is set whenever ``sub`` may have new notices."""
        news = asyncio.Event()
        self._listeners[sub].add(news)
        if self._watching is None or self._watching.done():
            self._watching = asyncio.create_task(self._watch(), name="notice-hub")
        try:
            yield news
        finally:
            self._listeners[sub].discard(news)
            if not self._listeners[sub]:
                del self._listeners[sub]
            if not self._listeners:
                self._watching.cancel()
                self._watching = None

    async def _watch(self) -> None:
        seen: int | None = None
        while True:
            self._woken.clear()
            try:
                seen = await self._look(seen)
            except (SQLAlchemyError, OSError) as error:
                log.warning("stream_hub_retries", exc_info=error)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), _POLL_SECONDS)

    async def _look(self, seen: int | None) -> int:
        async with self._database.sessions() as session:
            if seen is None:
                position = await last_seq(session)
                for sub in self._listeners:  # what came between a stream's first look and this one
                    self._wake(sub)
                return position
            while rows := await list_recipients_after(session, seen, _BATCH):
                seen = rows[-1][0]
                for sub in self._listeners.keys() & {sub for _, sub in rows}:
                    self._wake(sub)
            return seen

    def _wake(self, sub: str) -> None:
        for news in self._listeners[sub]:
            news.set()
