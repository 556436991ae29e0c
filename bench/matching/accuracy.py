"""The engine and its peers on the same clues in unseen wording; peers choose their thresholds on clues of their own."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import uvloop
from chassis.embedded import EmbeddedPostgres
from clue_service.matching.cli import matching_database
from clue_service.matching.evaluation import replay
from clue_service.matching.metrics import SAME
from clue_service.matching.scoring import Band
from clue_service.matching.service import Matcher

from matching.peers import Scored, SplinkPeer, ask_pg_trgm, ask_tf_idf, spread, texts_of
from matching.truth import Clues, Pair, best_threshold, measure_method

ENGINE, TRGM, TFIDF, SPLINK = "the engine", "pg_trgm", "TF-IDF char(1,2)", "Splink 5 on DuckDB"
METHODS = (ENGINE, TRGM, TFIDF, SPLINK)
_SEED, _TRAINING_SEED = 8_111, 8_222

Progress = Callable[[str, int], Callable[[], None]]
"""``progress(title, total)`` shows one more bar and gives what advances it."""


@dataclass(frozen=True)
class Compared:
    """Measures and times (milliseconds, one clue's question) by method."""

    clues: int
    measures: Mapping[str, Mapping[str, Any]]
    times: Mapping[str, list[float]]
    likely: Mapping[str, float]


def compare_methods(server: EmbeddedPostgres, count: int, progress: Progress) -> Compared:
    """Run all methods on ``count`` clues; thresholds of the peers come from as many others in other words."""
    clues, training = Clues.generate(_SEED, "unseen", count), Clues.generate(_TRAINING_SEED, "fit", count)
    engine, likely = uvloop.run(_ask_engine(server, clues, progress(ENGINE, count)))
    measures = {ENGINE: measure_method(clues, engine.scores, SAME)}
    times = {ENGINE: engine.times[count // 2 :]}
    for name, ask in _peers(server, training, progress):
        known = ask(training)
        found = ask(clues)
        measures[name] = measure_method(clues, found.scores, best_threshold(known.scores, training.same))
        times[name] = found.times[len(found.times) // 2 :]
    return Compared(count, measures, times, likely)


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
) -> tuple[Scored, dict[str, float]]:
    numbers = {body["id"]: number for number, body in enumerate(clues.bodies)}
    found = Scored()
    likely: set[Pair] = set()
    async with matching_database(server.create_service_database("engine").owner) as database:
        async for outcome in replay(clues.bodies, Matcher(), database.sessions):
            own = numbers[outcome.clue]
            found.times.append(1000 * outcome.seconds)
            for name, candidate in outcome.candidates:
                found.scores[numbers[name], own] = candidate.probability
                if candidate.band is Band.LIKELY:
                    likely.add((numbers[name], own))
            advance()
    right = len(likely & clues.same)
    return found, {
        "likely precision": right / max(len(likely), 1),
        "likely recall": right / max(len(clues.same), 1),
        **{f"likely: {name}": len(likely & pairs) / max(len(pairs), 1) for name, pairs in clues.alike.items()},
    }
