"""The engine and its peers on the same clues in unseen wording; peers choose their thresholds on clues of their own."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import uvloop
from chassis.embedded import EmbeddedPostgres
from clue_service.matching.cli import matching_database
from clue_service.matching.evaluation import WORTH_WRITING, replay
from clue_service.matching.metrics import SAME, ScoredPair, Truth, measure
from clue_service.matching.scoring import Band
from clue_service.matching.service import Matcher

from matching.peers import Scored, SplinkPeer, ask_pg_trgm, ask_tf_idf, spread, texts_of
from matching.truth import Clues, Pair, best_threshold, measure_method

ENGINE, TRGM, TFIDF, SPLINK = "the engine", "pg_trgm", "TF-IDF char(1,2)", "Splink 5 on DuckDB"
METHODS = (ENGINE, TRGM, TFIDF, SPLINK)
_SEED, _TRAINING_SEED = 8_111, 8_222
_MORE_CITIES = (21, 22, 23)  # for the engine alone: one invented city is kinder than another

Progress = Callable[[str, int], Callable[[], None]]
"""``progress(title, total)`` shows one more bar and gives what advances it."""


@dataclass(frozen=True)
class Compared:
    """Measures and times (milliseconds, one clue's question) by method."""

    clues: int
    measures: Mapping[str, Mapping[str, Any]]
    times: Mapping[str, list[float]]
    bands: Mapping[str, Any]
    """What ``evaluate-matching`` tells of the engine, and of the pairs of each slice those that it calls likely."""
    cities: Sequence[Mapping[str, Any]]
    """``bands`` of this city and of others of that many clues."""
    search_times: list[float]
    """What of the engine's times is search and scoring: all that the peers do."""


def compare_methods(server: EmbeddedPostgres, count: int, progress: Progress) -> Compared:
    """Run all methods on ``count`` clues; thresholds of the peers come from as many others in other words."""
    clues, training = Clues.generate(_SEED, "unseen", count), Clues.generate(_TRAINING_SEED, "fit", count)
    engine, bands = uvloop.run(_ask_engine(server, clues, progress(ENGINE, count)))
    measures = {ENGINE: measure_method(clues, engine.scores, SAME)}
    times = {ENGINE: engine.times[count // 2 :]}
    for name, ask in _peers(server, training, progress):
        known = ask(training)
        found = ask(clues)
        measures[name] = measure_method(clues, found.scores, best_threshold(known.scores, training.same))
        times[name] = found.times[len(found.times) // 2 :]
    cities = [bands]
    for seed in _MORE_CITIES:
        city = Clues.generate(seed, "unseen", count)
        cities.append(uvloop.run(_ask_engine(server, city, progress(f"{ENGINE}, city {seed}", count)))[1])
    return Compared(count, measures, times, bands, cities, engine.search_times[count // 2 :])


def _peers(
    server: EmbeddedPostgres, training: Clues, progress: Progress
) -> list[tuple[str, Callable[[Clues], Scored]]]:
    database = server.create_service_database("peers", extensions=("pg_trgm",))
    dsn = database.owner.replace("+asyncpg", "")
    splink = SplinkPeer(training)

    def trgm(clues: Clues) -> Scored:
        every = range(len(clues.bodies))
        return asyncio.run(ask_pg_trgm(dsn, texts_of(clues), every, progress(TRGM, len(every))))

    def tf_idf(clues: Clues) -> Scored:
        every = range(len(clues.bodies))
        return ask_tf_idf(texts_of(clues), every, progress(TFIDF, len(every)))

    def ask_splink(clues: Clues) -> Scored:
        asked = spread(len(clues.bodies), 12)
        return splink.ask(clues, asked, progress(SPLINK, len(asked)))

    return [(TRGM, trgm), (TFIDF, tf_idf), (SPLINK, ask_splink)]


async def _ask_engine(
    server: EmbeddedPostgres, clues: Clues, advance: Callable[[], None]
) -> tuple[Scored, dict[str, Any]]:
    numbers = {body["id"]: number for number, body in enumerate(clues.bodies)}
    found, truth, pairs = Scored(), Truth(), list[ScoredPair]()
    likely: set[Pair] = set()
    async with matching_database(server.create_service_database("engine").owner) as database:
        async for outcome in replay(clues.bodies, Matcher(), database.sessions):
            own = numbers[outcome.clue]
            truth.add(outcome.clue, outcome.matters or ())
            found.times.append(1000 * outcome.seconds)
            found.search_times.append(1000 * outcome.search_seconds)
            for name, candidate in outcome.candidates:
                found.scores[numbers[name], own] = candidate.probability
                if candidate.probability >= WORTH_WRITING or truth.same(outcome.clue, name):
                    pairs.append(ScoredPair(outcome.clue, name, candidate.probability, candidate.band))
                if candidate.band is Band.LIKELY:
                    likely.add((numbers[name], own))
            advance()
    slices = {f"likely: {name}": len(likely & of) / max(len(of), 1) for name, of in clues.alike.items()}
    return found, measure(truth, pairs) | slices
