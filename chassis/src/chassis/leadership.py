"""One worker at a time does an ordered job: leadership by a PostgreSQL advisory lock, freed when its holder dies."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import asyncpg
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from chassis.broker import BrokerRefused, BrokerUnavailable
from chassis.db import Database
from chassis.logging import get_logger
from chassis.pull import PullEnded

FAILURES = (
    SQLAlchemyError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    OSError,
    BrokerUnavailable,
    BrokerRefused,
    PullEnded,
)
"""What befalls a worker while servers fail or restart: it starts over. Anything else is a defect, ends the process."""

_ASK_AGAIN_SECONDS = 1.0
_FIRST_PAUSE_SECONDS = 0.1
_LONGEST_PAUSE_SECONDS = 5.0

log = get_logger(__name__)

Work = Callable[[AsyncConnection], Awaitable[None]]
"""Gets the connection that holds the lock; every statement on it fails once leadership is lost."""


async def lead(
    database: Database, name: str, stop: asyncio.Event, work: Work, stand_by: Callable[[], None] = lambda: None
) -> None:
    """Run ``work`` whenever this process is the leader for ``name``, until ``stop`` is set.

    Names are per database. ``work`` returns early, or fails with one of ``FAILURES``, to be started again. ``stand_by``
    is called whenever another process turns out to lead.
    """
    engine = create_async_engine(
        database.url,
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
        hide_parameters=True,
        connect_args={
            "timeout": 10,
            "command_timeout": 30,
            "server_settings": {
                "application_name": f"heli {name}",
                "timezone": "UTC",
                # A holder whose machine vanished must not keep the lock for the two hours of the system's default.
                "tcp_keepalives_idle": "5",
                "tcp_keepalives_interval": "2",
                "tcp_keepalives_count": "3",
            },
        },
    )
    pauses, loop, began = Pauses(), asyncio.get_running_loop(), None
    while not stop.is_set():
        try:
            async with engine.connect() as connection:
                while not stop.is_set():
                    if await _take_lock(connection, name):
                        began = loop.time()
                        await work(connection)
                        pauses.reset()
                        break
                    stand_by()
                    await pause_for(stop, _ASK_AGAIN_SECONDS)
        except FAILURES as error:
            log.warning("worker_interrupted", worker=name, reason=_reason(error), exc_info=error)
            await pause_for(stop, pauses.after(loop.time() - began if began is not None else 0.0))
            began = None
    await engine.dispose()


class Pauses:
    """How long to wait after each failure: twice as long as before, unless there was work for longer than that."""

    def __init__(self) -> None:
        self._next = _FIRST_PAUSE_SECONDS

    def reset(self) -> None:
        """All went well."""
        self._next = _FIRST_PAUSE_SECONDS

    def after(self, worked: float) -> float:
        """Seconds to wait after a failure that came ``worked`` seconds into the work."""
        if worked > self._next:
            self.reset()
        pause = self._next
        self._next = min(pause * 2, _LONGEST_PAUSE_SECONDS)
        return pause


async def pause_for(stop: asyncio.Event, seconds: float) -> None:
    """Wait, but not beyond ``stop``."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)


async def _take_lock(connection: AsyncConnection, name: str) -> bool:
    statement = text("select pg_try_advisory_lock(hashtextextended(:name, 0))")
    return bool(await connection.scalar(statement, {"name": f"leader {name}"}))


def _reason(error: BaseException) -> str:
    """A code for the log; messages of database errors may quote rows and are left out."""
    if isinstance(error, BrokerRefused):
        return f"refused_{error.code}"
    return str(error) if isinstance(error, (BrokerUnavailable, PullEnded)) else type(error).__name__
