"""What else could find repeated matters, each in its usual form: pg_trgm, TF-IDF, Splink."""

import math
import secrets
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import asyncpg
import numpy as np
from clue_service.matching.prepared import ClueText, Prepared
from clue_service.matching.service import Matcher
from clue_service.reclusterings import linkage
from clue_service.reclusterings.domain import Digests, rows_of
from clue_service.reclusterings.export import ExportFile

from matching.loading import text_of
from matching.truth import Clues, Pair

Advance = Callable[[], None]
_LEAST_TRIGRAM = 0.12  # similarity; below it the index gives half the table
_LEAST_COSINE = 0.15
_USUAL_TRIGRAM = 0.2  # a lower one finds more and takes longer


@dataclass
class Scored:
    """Scores of pairs and how long one clue's question took, in milliseconds."""

    scores: dict[Pair, float] = field(default_factory=dict)
    times: list[float] = field(default_factory=list)
    search_times: list[float] = field(default_factory=list)
    """What of it was search, where the rest is told apart."""


async def ask_pg_trgm(dsn: str, texts: Sequence[str], asked: Sequence[int], advance: Advance) -> Scored:
    """``similarity()`` over a GIN index of trigrams, for each asked text against all that came before it."""
    found = Scored()
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("DROP TABLE IF EXISTS peer; CREATE TABLE peer (id int, body text)")
        await connection.copy_records_to_table("peer", records=list(enumerate(texts)), columns=["id", "body"])
        await connection.execute("CREATE INDEX ON peer USING gin (body gin_trgm_ops); ANALYZE peer")
        await connection.execute(f"SET pg_trgm.similarity_threshold = {_LEAST_TRIGRAM}")
        for number in asked:
            started = time.perf_counter()
            rows = await connection.fetch(
                "SELECT id, similarity(body, $1) AS score FROM peer WHERE body % $1 AND id < $2"
                " ORDER BY 2 DESC LIMIT 100",
                texts[number],
                number,
            )
            found.times.append(1000 * (time.perf_counter() - started))
            found.scores.update({(row["id"], number): row["score"] for row in rows})
            advance()
    finally:
        await connection.close()
    return found


def ask_tf_idf(texts: Sequence[str], asked: Sequence[int], advance: Advance) -> Scored:
    """Cosine of TF-IDF over single characters and pairs, an exact scan of all that came before."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(analyzer="char", ngram_range=(1, 2), sublinear_tf=True)
    matrix = vectorizer.fit_transform(texts).tocsr()
    found = Scored()
    for number in asked:
        started = time.perf_counter()
        question = vectorizer.transform([texts[number]])
        cosines = (matrix @ question.T).toarray().ravel()[:number]
        close = np.flatnonzero(cosines >= _LEAST_COSINE)
        close = close[np.argsort(-cosines[close])][:100]
        found.times.append(1000 * (time.perf_counter() - started))
        found.scores.update({(int(one), number): float(cosines[one]) for one in close})
        advance()
    return found


class SplinkPeer:
    """Splink on DuckDB over the normalised columns of the nightly batch; m from labels, u by random sampling."""

    def __init__(self, training: Clues) -> None:
        self._training = training

    def ask(self, clues: Clues, asked: Sequence[int], advance: Advance) -> Scored:
        """Scores of all blocked pairs at once; times of one clue against all others (``predict_between``)."""
        found = Scored()
        with self._linker(lambda digests: _rows(clues, digests), found, asked, advance) as (connection, linker):
            predicted = linker.inference.predict(threshold_match_probability=0.01, warning_mode="never")
            rows = connection.execute(
                "SELECT least(clue_l, clue_r), greatest(clue_l, clue_r), max(match_weight)"
                f" FROM {predicted.physical_name} WHERE clue_l <> clue_r GROUP BY 1, 2"
            ).fetchall()
            found.scores = {(one, other): weight for one, other, weight in rows}
        return found

    def time_stored(self, stored: Iterable[tuple[int, Prepared]], asked: Sequence[int]) -> list[float]:
        """Times of one stored clue against all others, in milliseconds."""
        found = Scored()
        with self._linker(lambda digests: _stored_rows(stored, digests), found, asked, lambda: None):
            return found.times

    @contextmanager
    def _linker(
        self,
        rows: Callable[[Digests], Iterable[dict[str, Any]]],
        found: Scored,
        asked: Sequence[int],
        advance: Advance,
    ) -> Iterator[tuple[Any, Any]]:
        """A trained linker; what it takes to ask for some clues is noted in ``found``."""
        from splink import DuckDBAPI, Linker

        digests = Digests(secrets.token_bytes(32))
        limits = linkage.Limits(comparisons=50_000_000, memory="4GB", threads=2)
        with tempfile.TemporaryDirectory() as raw:
            folder = Path(raw)
            _export(_rows(self._training, digests), folder / "labelled.parquet")
            _export(rows(digests), folder / "clues.parquet")
            connection = linkage.connect(folder, limits)
            database = DuckDBAPI(connection)
            agreement = linkage._m_of(database, linkage._rare_only(connection, folder / "labelled.parquet", "labelled"))
            table = linkage._rare_only(connection, folder / "clues.parquet", "clues")
            registered = database.register(table, dataset_display_name="clues")
            rules, _ = linkage._affordable(registered, limits.comparisons)
            prior = 2 * len(self._training.same) / len(self._training.bodies) ** 2
            settings = linkage._settings([linkage._block(rule) for rule in rules], prior)
            linkage._take_over(settings, "m_probability", agreement)
            linker = Linker(registered, settings, log_level=None)
            linker.training.estimate_u_using_random_sampling(max_pairs=2e6, seed=1, min_count_per_level=None)
            for number in asked:
                found.times.append(_ask_one(connection, database, linker, registered, number))
                advance()
            yield connection, linker
            connection.close()


def _ask_one(connection: Any, database: Any, linker: Any, registered: Any, number: int) -> float:
    name = f"one_{number}"
    connection.execute(f"CREATE TABLE {name} AS SELECT * FROM clues WHERE clue = {number}")
    started = time.perf_counter()
    one = database.register(name, dataset_display_name=name)
    linker.inference.predict_between(one, registered, threshold_match_probability=0.01, warning_mode="never")
    return 1000 * (time.perf_counter() - started)


def _rows(clues: Clues, digests: Digests) -> Iterator[dict[str, Any]]:
    matcher = Matcher()
    matters = dict.fromkeys(matter for body in clues.bodies for matter in body["matter_ids"])
    numbers = {matter: number for number, matter in enumerate(matters)}
    for clue, body in enumerate(clues.bodies):
        yield from rows_of(matcher.prepare(ClueText.of_body(body)), clue, numbers[body["matter_ids"][0]], digests)


def _stored_rows(stored: Iterable[tuple[int, Prepared]], digests: Digests) -> Iterator[dict[str, Any]]:
    for clue, prepared in stored:
        yield from rows_of(prepared, clue, None, digests)


def _export(rows: Iterable[dict[str, Any]], path: Path) -> None:
    waiting = iter(rows)
    with ExportFile(path) as file:
        while piece := list(islice(waiting, 5_000)):
            file.write(piece)


async def time_pg_trgm(dsn: str, questions: Sequence[str]) -> list[float]:
    """Times of ``similarity()`` over a GIN index of trigrams on all stored texts, in milliseconds."""
    connection = await asyncpg.connect(dsn)
    times = []
    try:
        await connection.execute("SET maintenance_work_mem = '1GB'")
        await connection.execute(
            "CREATE INDEX IF NOT EXISTS bench_trgm ON bench_text USING gin (body gin_trgm_ops)", timeout=3_600
        )
        await connection.execute(f"SET pg_trgm.similarity_threshold = {_USUAL_TRIGRAM}")
        for question in questions:
            started = time.perf_counter()
            await connection.fetch(
                "SELECT id, similarity(body, $1) AS score FROM bench_text WHERE body % $1 ORDER BY 2 DESC LIMIT 50",
                question,
                timeout=600,
            )
            times.append(1000 * (time.perf_counter() - started))
    finally:
        await connection.close()
    return times


def texts_of(clues: Clues) -> list[str]:
    """All that each clue says."""
    return [text_of(body) for body in clues.bodies]


def spread(count: int, most: int) -> list[int]:
    """At most so many numbers, evenly over the later half of ``count``."""
    step = max(1, math.ceil(count / 2 / most))
    return list(range(count // 2, count, step))
