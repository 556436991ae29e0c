"""What was committed in a world and what came of it, asked past its proxies; waits out a database that is away."""

import asyncio
from pathlib import Path
from typing import Any

import asyncpg
from chassis.clock import Clock
from chassis.embedded import ServiceDatabase
from chassis.testing import counting

AWAY_S = 300.0
"""How long the database may be away."""


class NeverSettled(Exception):
    """Committed events did not all have their effects in time."""


class Tally:
    """Counts in one world."""

    def __init__(self, urls: ServiceDatabase, answers: Path) -> None:
        self._urls = {owner: (urls.owner if owner else urls.app).replace("+asyncpg", "") for owner in (True, False)}
        self._answers = answers
        self._open: dict[bool, asyncpg.Connection] = {}

    async def effects(self) -> int:
        """How many effects there are."""
        return int((await self.ask("select count(*) from effect"))[0][0])

    async def committed(self) -> int:
        """How many events were committed."""
        return int((await self.ask("select coalesce(sum(version), 0)::bigint from counter"))[0][0])

    async def ahead_s(self) -> float:
        """How far the database's clock is ahead of this process's."""
        ((seconds,),) = await self.ask("select extract(epoch from clock_timestamp() - $1)", asked_when=True)
        return float(seconds)

    async def is_settled(self) -> bool:
        """Whether everything committed was published and had an effect."""
        unsent, committed, applied = await self._state()
        return unsent == 0 and applied >= committed

    async def told(self) -> str:
        """How far it is, in words."""
        unsent, committed, applied = await self._state()
        return f"{committed} committed, {unsent} of them unsent, {applied} applied"

    async def _state(self) -> tuple[int, int, int]:
        ((unsent, committed, applied),) = await self.ask(
            "select (select count(*) from outbox where sent_at is null),"
            " (select coalesce(sum(version), 0)::bigint from counter), (select count(*) from effect)"
        )
        return int(unsent), int(committed), int(applied)

    async def verdict(self) -> counting.Verdict:
        """Judge every event since the last ``forget``.

        Raises:
            NeverSettled: some were buried as dead letters.
        """
        counters = dict(await self.ask("select code, version from counter"))
        rows = await self.ask("select code, version from effect order by seq")
        dead = (await self.ask("select count(*) from dead_letter"))[0][0]
        if dead:
            message = f"{dead} dead letters"
            raise NeverSettled(message)
        return counting.judge(counters, [(str(code), int(version)) for code, version in rows], self._answered())

    async def forget(self) -> None:
        """Begin anew; nothing may be producing."""
        await self.ask("truncate counter, effect, outbox, inbox", owner=True)
        self._answers.unlink(missing_ok=True)

    def _answered(self) -> dict[str, int]:
        found: dict[str, int] = {}
        if self._answers.exists():
            for line in self._answers.read_text().splitlines():
                code, _, version = line.partition(" ")
                found[code] = max(found.get(code, 0), int(version))
        return found

    async def ask(self, query: str, *, owner: bool = False, asked_when: bool = False) -> list[tuple[Any, ...]]:
        """Rows of a query that may be asked twice."""
        async with asyncio.timeout(AWAY_S):
            while True:
                try:
                    connection = self._open.get(owner)
                    if connection is None:
                        connection = self._open[owner] = await asyncpg.connect(self._urls[owner], timeout=5)
                    given = (Clock().now(),) if asked_when else ()
                    return [tuple(row) for row in await connection.fetch(query, *given, timeout=20)]
                except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError):
                    self.close()
                    await asyncio.sleep(0.2)

    def close(self) -> None:
        """Let go of the connections, whatever state they are in."""
        for connection in self._open.values():
            connection.terminate()
        self._open.clear()
