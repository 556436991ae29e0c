"""Replays clues through the engine as intake does: prepare, store and commit, then look for candidates."""

import time
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID, uuid4

from chassis.collector import settle_collector

from clue_service.matching.prepared import ClueText
from clue_service.matching.repository import Session
from clue_service.matching.service import Matcher, ScoredCandidate

RANKED = 50
WORTH_WRITING = 0.01


class Sessions(Protocol):
    """A session factory: each ``begin`` is one transaction."""

    def begin(self) -> AbstractAsyncContextManager[Session]: ...


@dataclass(frozen=True)
class Outcome:
    """What intake of one clue found. ``candidates`` are (id of the earlier clue, candidate), best first."""

    clue: str
    matters: tuple[str, ...] | None
    candidates: list[tuple[str, ScoredCandidate]]
    seconds: float
    search_seconds: float = 0.0
    """What of them was the second transaction: search and score."""


async def replay(clues: Iterable[Mapping[str, Any]], matcher: Matcher, sessions: Sessions) -> AsyncIterator[Outcome]:
    """Take in ``POST /v1/clues`` bodies with ``id`` and optional ``matter_ids``, in the order given."""
    names: dict[UUID, str] = {}
    matcher.warm_up()
    settle_collector()  # as the service's processes do
    for body in clues:
        clue_id = uuid4()
        name = str(body["id"])
        names[clue_id] = name
        started = time.perf_counter()
        prepared = matcher.prepare(ClueText.of_body(body))
        async with sessions.begin() as session:
            await matcher.index(session, clue_id, prepared)
        stored = time.perf_counter()
        async with sessions.begin() as session:
            found = await matcher.candidates(session, clue_id, prepared, limit=10_000)
        ended = time.perf_counter()
        matters = body.get("matter_ids")
        candidates = [(names[one.clue_id], one) for one in found]
        known = None if matters is None else tuple(map(str, matters))
        yield Outcome(name, known, candidates, ended - started, ended - stored)


def worth_writing(outcome: Outcome) -> list[tuple[str, ScoredCandidate]]:
    """The candidates that a pairs file lists: probability ≥ .01."""
    return [one for one in outcome.candidates if one[1].probability >= WORTH_WRITING]
