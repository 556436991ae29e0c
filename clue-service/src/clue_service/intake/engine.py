"""The matching engine with the directory and the counts it works on; one per process."""

import asyncio

from chassis.directory import UnitTree
from chassis.keyring import KeyRing
from sqlalchemy.ext.asyncio import AsyncSession

from clue_service.matching.prepared import ClueText, Prepared
from clue_service.matching.service import FOLLOW_EVERY_SECONDS, Matcher, ScoredCandidate
from clue_service.matching.units import DirectoryEntry, UnitDirectory
from clue_service.matching_models.service import ModelFollower

__all__ = ["Engine", "ScoredCandidate"]


_AT_ONCE = 2
"""Intakes that a process matches at the same time. Each needs the process for milliseconds on end, and one that holds
the lock of matters waits at every statement until the others let it go on: many at once are slower than few in turn."""


class Engine:
    """Prepares clues by the present directory, and counts what other processes store before it looks for candidates."""

    def __init__(self, keys: KeyRing) -> None:
        """``keys`` open identity numbers where a stored clue is prepared anew."""
        self.keys = keys
        self.matcher = Matcher()
        self.turns = asyncio.Semaphore(_AT_ONCE)
        """Of intakes that are matched: each takes one before it begins the transaction."""
        self._tree: UnitTree | None = None
        self._starting = asyncio.Lock()
        self._is_started = False
        self._models = ModelFollower()

    def prepare(self, clue: ClueText, tree: UnitTree) -> Prepared:
        """Normalise a clue."""
        if tree is not self._tree:
            self.matcher.directory = UnitDirectory.of(
                DirectoryEntry(code=unit.code, name=unit.name, aliases=unit.aliases, parent_code=unit.parent_code)
                for unit in tree
            )
            self._tree = tree
        return self.matcher.prepare(clue)

    async def follow(self, session: AsyncSession, *, ask_at_once: bool = False, is_counted: bool = False) -> None:
        """Be up to date with what other processes stored: a key nobody is known to have is not searched by.

        Where this process stored the clue itself and so counted its keys, ``is_counted``, all of them are known: then
        the counts of others, which only say what is rare, are asked for once a second. Also with the matching model in
        effect, which is asked for every two seconds unless ``ask_at_once``.
        """
        model = await self._models.changed(session, ask_at_once=ask_at_once)
        if model is not None:
            self.matcher.model = model
        if not self._is_started:
            async with self._starting:
                if not self._is_started:
                    await self.matcher.start(session)
                    self._is_started = True
                    return
        await self.matcher.follow(session, at_most_every=FOLLOW_EVERY_SECONDS if is_counted else 0.0)
