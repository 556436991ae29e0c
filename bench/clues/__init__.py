"""clue-service at 10,000 and 1,000,000 clues: intake with candidates, the first page of every list, imports, and
searches of a library of up to 100,000 entries with its files.

    python bench clues [--sizes=10000,1000000] [--only=lists,intake,import,library] [--folder=DATA] [--quick]

A run with ``--folder`` keeps its data there and goes on with what lies there; clues that ``bench matching`` prepared in
the same folder are taken from it. Real PostgreSQL and the service's real application, called over HTTP within one
process; only sockets are left out.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from chassis.embedded import EmbeddedPostgres
from chassis.logging import configure_logging
from matching import scratch_data, server_settings
from matching.crowd import plant

from clues import library, loading, page
from clues.measuring import PARTS, Measured, measure

_PLANTED = 4_999
_QUERIES = 300


def main() -> None:
    """Load, measure, print the page and write it unless ``--quick``."""
    asked = _parse([one for one in sys.argv[1:] if one.startswith("--")])
    sizes = [5_000] if asked.quick else [int(size) for size in asked.sizes.split(",")]
    parts = asked.only.split(",")
    configure_logging("bench", "error")
    queries = 40 if asked.quick else _QUERIES
    planted = plant(queries, _PLANTED)
    found: list[Measured] = []
    with (
        scratch_data(asked.folder) as folder,
        EmbeddedPostgres(folder / "postgres", fsync=False, settings=server_settings()) as server,
    ):
        library.store_in(folder)
        for size in sizes:
            is_matched = "intake" in parts and (size <= asked.features_until or loading.is_prepared(server, size))
            database = loading.load(server, size, planted, is_matched=is_matched)
            if "library" in parts:
                asyncio.run(
                    library.fill(server.url(database=database.name, driver="postgresql"), library.entries_beside(size))
                )
            if not asked.load_only:
                done = [part for part in parts if part != "intake" or is_matched]
                rows = 2_000 if asked.quick else 21_000
                found.append(asyncio.run(measure(database.app, size, planted, done, rows=rows)))
    if found:
        print(page.write(found, is_kept=not asked.quick and len(found) > 1))


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench clues")
    parser.add_argument("--sizes", default="10000,1000000", help="clues stored, rising")
    parser.add_argument("--only", default=",".join(PARTS), help="what is measured")
    parser.add_argument("--folder", type=Path, help="keep the data here, and go on with it")
    parser.add_argument(
        "--features-until",
        type=int,
        default=100_000,
        help="clues for which features are prepared here; with more, intake is measured where bench matching left them",
    )
    parser.add_argument("--load-only", action="store_true", help="store the clues and measure nothing")
    parser.add_argument("--quick", action="store_true", help="one small size, no page")
    return parser.parse_known_args(arguments)[0]
