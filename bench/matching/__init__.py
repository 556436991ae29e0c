"""Matching: the engine against its peers on the same clues, and its growth up to a million clues.

    python bench matching [--quick] [--sizes=10000,100000,1000000] [--clues=3000] [--queries=500] [--folder=DATA]
                          [--letters=FOLDER]

A run with ``--folder`` keeps its data there and goes on with what lies there; a size that ``--sizes`` leaves out is
not on the page. ``--letters`` names a folder of real letters (``matching.letters``). ``--quick`` takes some minutes
anywhere and writes no page.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import uvloop
from chassis.db import Database
from chassis.embedded import EmbeddedPostgres
from chassis.embedded.process import scratch_folder
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from matching import growth, loading, page
from matching.accuracy import SPLINK, TRGM, compare_methods
from matching.crowd import Planted, plant
from matching.letters import Ordered, order_letters
from matching.peers import SplinkPeer, time_pg_trgm
from matching.truth import Clues

_SPLINK_UNTIL = 100_000  # more do not fit into its memory together with what they are read from
_LONG_SIZE = 500_000  # from here on pg_trgm takes seconds for a question
_PEERS_SEED = 8_333
_PLANTED = loading.FIRST - 1  # clues of the city that queries are about


def main() -> None:
    """Measure, print the page and write it unless ``--quick``; options come from the command line."""
    asked = _parse([one for one in sys.argv[1:] if one.startswith("--")])
    sizes = [5_000, 10_000] if asked.quick else [int(size) for size in asked.sizes.split(",")]
    clues, queries = (min(asked.clues, 400), 60) if asked.quick else (asked.clues, asked.queries)
    with (
        scratch_data(asked.folder) as folder,
        EmbeddedPostgres(folder / "postgres", fsync=False, settings=server_settings()) as server,
        _bars() as bars,
    ):
        compared = compare_methods(server, clues, _titled(bars)) if clues else None
        ordered = _order_letters(server, asked.letters, bars) if asked.letters else None
        grown = _grow(server, sizes, queries, bars)
    written = page.write(compared, grown, ordered, _options(asked), is_kept=not asked.quick)
    print(written)


def _options(asked: argparse.Namespace) -> list[str]:
    """How the run was asked for, without the folders' places."""
    folders = [f"--{name}={name.upper()}" for name in ("folder", "letters") if getattr(asked, name)]
    if asked.quick:
        return ["--quick"]
    return [f"--sizes={asked.sizes}", f"--clues={asked.clues}", f"--queries={asked.queries}", *folders]


def _order_letters(server: EmbeddedPostgres, folder: Path, bars: Progress) -> Ordered:
    task = bars.add_task("letters", total=None)
    return uvloop.run(order_letters(server, folder, lambda: bars.advance(task)))


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench matching")
    parser.add_argument("--quick", action="store_true", help="small sizes, no page")
    parser.add_argument("--sizes", default="10000,100000,1000000", help="clues stored, rising")
    parser.add_argument("--clues", type=int, default=3_000, help="clues of the comparison with peers; 0 leaves it out")
    parser.add_argument("--queries", type=int, default=500, help="clues asked for at each size")
    parser.add_argument("--letters", type=Path, help="a folder of real letters with labels; none: not measured")
    parser.add_argument("--folder", type=Path, help="keep the data here, and go on with it")
    return parser.parse_known_args(arguments)[0]


def server_settings() -> dict[str, str]:
    """A quarter of the memory for PostgreSQL's buffers, as its manual advises; the peers profit as much."""
    megabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    return {"shared_buffers": f"{megabytes // 4}MB"}


@contextmanager
def scratch_data(folder: Path | None) -> Iterator[Path]:
    """The folder, or one that is gone afterwards."""
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        yield folder
        return
    with scratch_folder() as fresh:
        yield fresh


def _bars() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True))


def _titled(bars: Progress) -> Callable[[str, int], Callable[[], None]]:
    def start(title: str, total: int) -> Callable[[], None]:
        task = bars.add_task(title, total=total)
        return lambda: bars.advance(task)

    return start


def _grow(server: EmbeddedPostgres, sizes: Sequence[int], queries: int, bars: Progress) -> list[growth.Measured]:
    """Load a database of each size and ask all of them the same questions."""
    planted = plant(queries + growth.WARM_UP, _PLANTED)
    found = []
    for size in sizes:
        service = server.create_service_database(f"growth_{size}", extensions=("pg_trgm", "pg_prewarm"))
        dsn = service.owner.replace("+asyncpg", "")
        asyncio.run(_prepare_tables(service.owner, dsn))
        jobs = asyncio.run(loading.still_missing(dsn, list(loading.cities(size))))
        task = bars.add_task(f"loading {size:,}", total=sum(job.count for job in jobs))
        asyncio.run(loading.before_loading(dsn, is_bulk=bool(jobs)))
        asyncio.run(loading.store(dsn, planted.stored, 1))
        if jobs:
            loading.load_cities(dsn, jobs, lambda count, task=task: bars.advance(task, count))
        asyncio.run(loading.after_loading(dsn))
        asyncio.run(loading.warm(server.url(database=service.name, driver="postgresql")))
        asked = bars.add_task(f"asking at {size:,}", total=len(planted.queries) - growth.WARM_UP)
        found.append(uvloop.run(_measure(service.owner, planted, lambda asked=asked: bars.advance(asked))))
        found[-1].peers = _time_peers(dsn, planted, size)
    return found


def _time_peers(dsn: str, planted: Planted, size: int) -> dict[str, list[float]]:
    """How long the peers take for one clue among those stored, in milliseconds."""
    most = 8 if size >= _LONG_SIZE else 20
    questions = [loading.text_of(body) for body in planted.queries[:: max(1, len(planted.queries) // most)]]
    times = {TRGM: asyncio.run(time_pg_trgm(dsn, questions))}
    if size <= _SPLINK_UNTIL:
        splink = SplinkPeer(Clues.generate(_PEERS_SEED, "fit", 1_000))
        stored = asyncio.run(growth.stored_clues(dsn))
        times[SPLINK] = splink.time_stored(stored, [clue for clue, _ in stored[1 : _PLANTED : _PLANTED // 8]])
    return times


async def _prepare_tables(url: str, dsn: str) -> None:
    database = Database(url)
    try:
        await loading.make_tables(database, dsn)
    finally:
        await database.close()


async def _measure(url: str, planted: Planted, advance: Callable[[], None]) -> growth.Measured:
    database = Database(url)
    try:
        measured = growth.Measured(await growth.count_clues(database))
        matcher = await growth.start_matcher(database, measured)
        await growth.ask(database, planted, measured, matcher, advance)
        measured.tables_mb = await growth.sizes_of_tables(database)
        measured.load = os.getloadavg()[0]
        return measured
    finally:
        await database.close()
