"""clue-service at 10,000 and 1,000,000 clues: intake with candidates, the first page of every list, imports, and
searches of a library of up to 100,000 entries with its files.

    python bench clues [--sizes=10000,1000000] [--only=lists,library,intake,import] [--folder=DATA] [--quick]

A run with ``--folder`` keeps its data there and goes on with what lies there, but for what earlier measurements took
in; features that ``bench matching`` prepared in the same folder are taken from it. Real processes on loopback:
PostgreSQL with fsync, NATS, the service's API and its worker. What is measured is kept in docs/benchmarks/clues.json,
part by part, and the page is written from that.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

import uvloop
from chassis.embedded import EmbeddedNats, EmbeddedPostgres
from chassis.logging import configure_logging
from matching import scratch_data, server_settings
from matching.crowd import Planted, plant

from clues import beside, forgetting, library, loading, page, said
from clues.measuring import PARTS, Measured, Place, measure

_PLANTED = 4_999
_QUERIES = 300


def main() -> None:
    """Load, measure, print the page and write it unless ``--quick``."""
    asked = _parse([one for one in sys.argv[1:] if one.startswith("--")])
    sizes = [5_000] if asked.quick else [int(size) for size in asked.sizes.split(",")]
    configure_logging("bench", "error")
    planted = plant(40 if asked.quick else _QUERIES, _PLANTED)
    with scratch_data(asked.folder) as folder:
        # Loaded anew if it is lost with the machine; measured as it is operated.
        with EmbeddedPostgres(folder / "postgres", fsync=False, settings=server_settings()) as server:
            for size in sizes:
                _load(server, size, planted)
        if asked.load_only:
            return
        with (
            EmbeddedPostgres(folder / "postgres", settings=server_settings()) as server,
            EmbeddedNats(folder / "nats") as nats,
        ):
            found = [_measure(folder, server, nats, size, planted, asked) for size in sizes]
    print(page.write(found, page.Run.now(asked), is_kept=not asked.quick))


def _load(server: EmbeddedPostgres, size: int, planted: Planted) -> None:
    database = loading.load(server, size, planted)
    dsn = server.url(database=database.name, driver="postgresql")
    if forgotten := asyncio.run(forgetting.forget(dsn)):
        print(f"{forgotten:,} clues of earlier measurements are taken out", file=sys.stderr)
    asyncio.run(library.fill(dsn, library.entries_beside(size)))
    asyncio.run(beside.fill(dsn, size))
    asyncio.run(said.fill(dsn))


def _measure(
    folder: Path, server: EmbeddedPostgres, nats: EmbeddedNats, size: int, planted: Planted, asked: argparse.Namespace
) -> Measured:
    database = server.service_database(loading.name_of(size))
    servers = {server.pid: "PostgreSQL", nats.pid: "NATS"}
    place = Place(folder, database, server.url(database=database.name), nats.url(), servers)
    rows = 2_000 if asked.quick else 21_000
    return uvloop.run(measure(place, size, planted, asked.only.split(","), rows=rows))


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench clues")
    parser.add_argument("--sizes", default="10000,1000000", help="clues stored, rising")
    parser.add_argument("--only", default=",".join(PARTS), help="what is measured")
    parser.add_argument("--folder", type=Path, help="keep the data here, and go on with it")
    parser.add_argument("--load-only", action="store_true", help="store the clues and measure nothing")
    parser.add_argument("--quick", action="store_true", help="one small size, no page")
    return parser.parse_known_args(arguments)[0]
