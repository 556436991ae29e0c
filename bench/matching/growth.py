"""One question at 10,000, 100,000 and 1,000,000 clues: is the mate found, how long does the whole check take?"""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID, uuid4

import asyncpg
import numpy as np
from chassis.collector import settle_collector
from chassis.db import Database
from clue_service.matching import repository
from clue_service.matching.prepared import ClueText, Prepared, load_features, load_grams
from clue_service.matching.service import FOLLOW_EVERY_SECONDS, Matcher
from sqlalchemy import text

from matching.crowd import Body, Planted
from matching.loading import clue_id

STAGES = ("prepare", "store", "follow", "retrieve", "score", "whole check")
WARM_UP = 80  # questions asked before the clock runs, none of which is asked again


@dataclass
class Measured:
    """What was measured at one size; times in milliseconds."""

    clues: int
    times: dict[str, list[float]] = field(default_factory=lambda: {stage: [] for stage in STAGES})
    mates: int = 0
    retrieved: int = 0
    scored: int = 0
    shown: int = 0
    questions: int = 0
    answered: int = 0  # a true mate with probability ≥ .5
    keys: list[int] = field(default_factory=list)
    start_s: float = 0.0
    start_without_snapshot_s: float = 0.0
    snapshot_mb: float = 0.0
    save_s: float = 0.0
    tables_mb: dict[str, float] = field(default_factory=dict)
    plan: str = ""
    load: float = 0.0
    peers: dict[str, list[float]] = field(default_factory=dict)

    @property
    def search_times(self) -> list[float]:
        """Of each question what the peers do as well: retrieve and score."""
        return [sum(both) for both in zip(self.times["retrieve"], self.times["score"], strict=True)]

    def quantile(self, share: float, stage: str = "whole check") -> float:
        """The quantile of a stage's time."""
        return float(np.percentile(self.times[stage], 100 * share))


def growth_exponent(rows: Sequence[Measured], share: float = 0.5) -> float:
    """b of time ~ clues^b from the smallest to the largest size."""
    first, last = rows[0], rows[-1]
    return math.log(last.quantile(share) / first.quantile(share)) / math.log(last.clues / first.clues)


async def start_matcher(database: Database, measured: Measured) -> Matcher:
    """A matcher as a process starts one: first counting everything, then from the snapshot of that."""
    counting = Matcher()
    started = time.perf_counter()
    async with database.sessions() as session:
        await counting.start(session)
    measured.start_without_snapshot_s = time.perf_counter() - started
    started = time.perf_counter()
    async with database.sessions.begin() as session:
        await counting.save_frequencies(session)
    measured.save_s = time.perf_counter() - started
    matcher = Matcher()
    started = time.perf_counter()
    async with database.sessions() as session:
        await matcher.start(session)
        stored = await repository.load_snapshot(session)
    measured.start_s = time.perf_counter() - started
    measured.snapshot_mb = len(stored[0]) / 1e6 if stored else 0.0
    del counting
    settle_collector()
    return matcher


async def ask(
    database: Database, planted: Planted, measured: Measured, matcher: Matcher, advance: Callable[[], None]
) -> None:
    """Take in every query as intake does, and out again; the first ``WARM_UP`` only warm the caches."""
    mates: dict[str, set[UUID]] = {}
    for number, body in enumerate(planted.stored, 1):
        for matter in body["matter_ids"]:
            mates.setdefault(matter, set()).add(clue_id(number))
    for body in planted.queries[:WARM_UP]:
        await _check(database, matcher, body, Measured(0), set())
    for body in planted.queries[WARM_UP:]:
        truth = set().union(*(mates.get(matter, set()) for matter in body["matter_ids"]))
        await _check(database, matcher, body, measured, truth)
        advance()


async def count_clues(database: Database) -> int:
    """How many clues are stored."""
    async with database.sessions() as session:
        return int(await session.scalar(text("SELECT count(*) FROM clue_key")) or 0)


async def _check(database: Database, matcher: Matcher, body: Body, measured: Measured, mates: set[UUID]) -> None:
    own = uuid4()
    marks = [time.perf_counter()]
    prepared = matcher.prepare(ClueText.of_body(body))
    marks.append(time.perf_counter())
    async with database.sessions.begin() as session:
        await matcher.index(session, own, prepared)
    marks.append(time.perf_counter())
    async with database.sessions.begin() as session:
        await matcher.follow(session, at_most_every=FOLLOW_EVERY_SECONDS)
        marks.append(time.perf_counter())
        search = matcher.search_for(own, prepared)
        stored = await repository.retrieve(session, search)
        marks.append(time.perf_counter())
        found = matcher.rank(prepared, stored)
    marks.append(time.perf_counter())
    _note(measured, marks, mates, {one.clue_id for one in stored}, {one.clue_id: one.probability for one in found})
    measured.keys.append(len(search.keys))
    if not measured.plan:
        async with database.sessions() as session:
            measured.plan = await repository.explain_retrieval(session, search)
    async with database.sessions.begin() as session:
        await matcher.forget(session, own)


def _note(
    measured: Measured, marks: list[float], mates: set[UUID], retrieved: set[UUID], scored: dict[UUID, float]
) -> None:
    for stage, start, end in zip(STAGES, marks, marks[1:], strict=False):
        measured.times[stage].append(1000 * (end - start))
    measured.times["whole check"].append(1000 * (marks[-1] - marks[0]))
    measured.mates += len(mates)
    measured.retrieved += len(mates & retrieved)
    measured.scored += len(mates & scored.keys())
    measured.shown += sum(scored.get(mate, 0) >= 0.1 for mate in mates)
    measured.questions += 1
    measured.answered += any(scored.get(mate, 0) >= 0.5 for mate in mates)


async def sizes_of_tables(database: Database) -> dict[str, float]:
    """Megabytes on disk."""
    names = ("clue_key", "ix_clue_key_keys", "clue_feature")
    async with database.sessions() as session:
        return {name: int(await session.scalar(text(f"SELECT pg_table_size('{name}')")) or 0) / 1e6 for name in names}


async def stored_clues(dsn: str) -> list[tuple[int, Prepared]]:
    """Every stored clue as the nightly batch reads it."""
    connection = await asyncpg.connect(dsn)
    found = []
    try:
        async with connection.transaction():
            async for row in connection.cursor(
                "SELECT id, features, grams FROM clue_feature ORDER BY id", prefetch=2_000
            ):
                prepared, grams = load_features(row["features"]), load_grams(row["grams"])
                assert prepared is not None
                assert grams is not None
                parts = tuple(replace(one, content=own) for one, own in zip(prepared.parts, grams[1], strict=True))
                found.append((row["id"], replace(prepared, parts=parts)))
    finally:
        await connection.close()
    return found
