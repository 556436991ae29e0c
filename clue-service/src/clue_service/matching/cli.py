"""Command ``evaluate-matching``: the engine on a file of clues, in a scratch database."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import IO, Annotated, Any

import typer
from chassis.commands import progress_bar
from chassis.db import Database

from clue_service.matching.clue_files import Body, read_clues
from clue_service.matching.evaluation import RANKED, WORTH_WRITING, Outcome, replay, worth_writing
from clue_service.matching.metrics import ScoredPair, Truth, latency, measure
from clue_service.matching.repository import create_tables
from clue_service.matching.service import Matcher


def evaluate_matching(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="clues, one JSON object a line")],
    pairs_out: Annotated[Path | None, typer.Option(help="write every scored pair of probability ≥ .01")] = None,
    candidates_out: Annotated[
        Path | None, typer.Option(help="write up to 50 earlier clues for each, best first")
    ] = None,
) -> None:
    """Measure matching on a file of clues through the code and tables of intake; one JSON object on stdout."""
    with scratch_url() as url:
        result = asyncio.run(_evaluate(url, read_clues(file), pairs_out, candidates_out))
    typer.echo(json.dumps(result, ensure_ascii=False))


@contextmanager
def scratch_url() -> Iterator[str]:
    """A fresh PostgreSQL database that is gone afterwards."""
    from chassis.embedded import scratch_postgres

    with scratch_postgres() as server:
        yield server.create_service_database("clue").owner


@asynccontextmanager
async def matching_database(url: str) -> AsyncIterator[Database]:
    """A database with empty matching tables."""
    database = Database(url)
    try:
        async with database.sessions.begin() as session:
            await create_tables(session)
        yield database
    finally:
        await database.close()


async def replay_with_progress(url: str, clues: Sequence[Body], matcher: Matcher, title: str) -> AsyncIterator[Outcome]:
    """Replay clues in empty tables, with a progress bar on a terminal."""
    async with matching_database(url) as database:
        with progress_bar() as progress:
            task = progress.add_task(title, total=len(clues))
            async for outcome in replay(clues, matcher, database.sessions):
                progress.advance(task)
                yield outcome


async def _evaluate(url: str, clues: list[Body], pairs_out: Path | None, candidates_out: Path | None) -> dict[str, Any]:
    truth, pairs, seconds = Truth(), [], []
    known = bool(clues) and all("matter_ids" in body for body in clues)
    with ExitStack() as stack:
        pairs_file = stack.enter_context(pairs_out.open("w", encoding="utf-8")) if pairs_out else None
        candidates_file = stack.enter_context(candidates_out.open("w", encoding="utf-8")) if candidates_out else None
        async for outcome in replay_with_progress(url, clues, Matcher(), "matching"):
            seconds.append(outcome.seconds)
            truth.add(outcome.clue, outcome.matters or ())
            pairs += [
                ScoredPair(outcome.clue, name, one.probability, one.band)
                for name, one in outcome.candidates
                if one.probability >= WORTH_WRITING or truth.same(outcome.clue, name)
            ]
            _write(outcome, pairs_file, candidates_file)
    measures = measure(truth, pairs)
    if not known:
        measures = dict.fromkeys(measures)
    return {"clues": len(clues), **measures, "p50_ms": latency(seconds, 0.5), "p99_ms": latency(seconds, 0.99)}


def _write(outcome: Outcome, pairs_file: IO[str] | None, candidates_file: IO[str] | None) -> None:
    if pairs_file is not None:
        for name, one in worth_writing(outcome):
            line = {"a": outcome.clue, "b": name, "probability": round(one.probability, 6), "band": str(one.band)}
            pairs_file.write(json.dumps(line, ensure_ascii=False) + "\n")
    if candidates_file is not None:
        line = {"id": outcome.clue, "ranked": [name for name, _ in outcome.candidates[:RANKED]]}
        candidates_file.write(json.dumps(line, ensure_ascii=False) + "\n")
