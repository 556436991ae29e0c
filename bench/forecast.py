"""Whether what `heli scale` reckons with foretells a working stack: a mixed load, measured and compared.

    python bench forecast [--clues=60] [--quick]

The costs were measured one kind at a time (`bench costs`). Here intakes, handlings and readings come mixed, by eight
callers at once, on a data folder and letters of their own; what the costs add up to for those counts is held against
what the kernel, PostgreSQL and the broker counted. CPU is the processes' own, so other work hardly matters.
"""

import argparse
import asyncio
import json
import os
import random
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import costs
import httpx2
import machine
from chassis.embedded import free_port
from chassis.embedded.process import scratch_folder
from heli_local.running import RunningStack
from heli_local.scale.demand import read_figures
from heli_local.scale.forecast import Run, compare, furthest
from heli_local.story.desk import Desk

FOLDER = Path(__file__).resolve().parents[1] / "docs/benchmarks"
MUST = 0.25
CALLERS = 8
FIRST_LETTER = 100_000
"""Other letters than those the costs were measured with."""
READINGS = 6
"""For each intake, as of a working stack; a quarter of the clues is handled."""


async def mixed(stack: RunningStack, clues: int) -> Run:
    """Intakes first enough to be handled and read, then everything at once."""
    meter = costs.Meter(stack)
    async with httpx2.AsyncClient(base_url=stack.url, timeout=60) as client:
        desks = {name: Desk(client, f"forecast-{name}", unit, (role,)) for name, (unit, role) in costs.PEOPLE.items()}
        for desk in desks.values():
            await desk.sign_in()
        await meter.settled()
        before = await meter.read()
        ids: list[str] = []
        waiting = _drawn(clues)
        counts = dict.fromkeys(("intake", "handling", "reading"), 0)
        handled = iter(range(clues))

        async def one_caller() -> None:
            for kind in waiting:
                if kind == "intake" or not ids:
                    letter = costs.letter(FIRST_LETTER + counts["intake"])
                    counts["intake"] += 1
                    ids.append((await desks["clerk"].post("/v1/clues", letter, expect=201)).body["id"])
                elif kind == "handling" and (number := next(handled)) < len(ids):
                    counts["handling"] += 1
                    await costs.handle_clue(desks, ids[number])
                else:
                    who, path = costs.READS[counts["reading"] % len(costs.READS)]
                    clue = ids[counts["reading"] % len(ids)]
                    counts["reading"] += 1
                    await desks[who].get(path.format(clue=clue))

        await asyncio.gather(*(one_caller() for _ in range(CALLERS)))
        await meter.settled()
        after = await meter.read()
    return Run(
        counts,
        round(after.at - before.at, 1),
        {name: round(used - before.cpu_s[name], 2) for name, used in after.cpu_s.items()},
        sum(after.database_bytes.values()) - sum(before.database_bytes.values()),
        after.wal_bytes - before.wal_bytes,
        after.stream_bytes - before.stream_bytes,
        after.events - before.events,
    )


def _drawn(clues: int) -> Any:
    """Kinds in an order drawn once; an iterator that all callers share."""
    kinds = ["intake"] * clues + ["handling"] * (clues // 4) + ["reading"] * (clues * READINGS)
    random.Random(11).shuffle(kinds)
    return iter(["intake"] * CALLERS + kinds)


def main() -> None:
    """Measure, compare; write figures and page unless ``--quick``. Ends with 1 where a row is further off."""
    parser = argparse.ArgumentParser(prog="bench forecast")
    parser.add_argument("--clues", type=int, default=60, help="taken in; a quarter is handled, six are read for each")
    parser.add_argument("--quick", action="store_true", help="few, and nothing is written")
    asked = parser.parse_known_args([one for one in sys.argv[1:] if one.startswith("--")])[0]
    clues, load = 20 if asked.quick else asked.clues, os.getloadavg()[0]
    with scratch_folder() as folder:
        stack = RunningStack(folder / "home", free_port(), environment={"HELI_RATE_PER_S": "10000"})
        try:
            stack.start()
            run = asyncio.run(mixed(stack, clues))
        finally:
            stack.stop()
    text = page(run, f"`.venv/bin/python bench forecast --clues={clues}`, load at the start {load:.1f}", _machine())
    print(text)
    if not asked.quick:
        (FOLDER / "forecast.json").write_text(json.dumps(asdict(run), indent=1) + "\n")
        (FOLDER / "forecast.md").write_text(text)
    sys.exit(1 if abs(furthest(compare(read_figures(), run)).off) > MUST else 0)


def _machine() -> str:
    return f"{datetime.now(UTC).date()}, {machine.described(('uvloop',))}"


def page(run: Run, command: str, described: str) -> str:
    """The comparison as Markdown."""
    found = compare(read_figures(), run)
    worst = furthest(found)
    rows = [f"| {one.what} | {one.foretold:,.1f} | {one.measured:,.1f} | {one.off:+.0%} |" for one in found]
    done = ", ".join(f"{count} × {kind}" for kind, count in run.counts.items())
    verdict = "met" if abs(worst.off) <= MUST else "NOT met"
    return "\n".join(
        [
            "# What the costs foretell, and what a mixed run took\n",
            "`.venv/bin/python bench forecast` wrote this page. `heli scale` adds up [costs](costs.md) that were",
            "measured one kind at a time; this run mixes all kinds, by eight callers at once, on other letters and a",
            "new data folder, and is held against the sum.\n",
            f"{done}, in {run.seconds:.0f} s. {command}\n",
            f"{described}\n",
            f"**Furthest off: {worst.what}, {worst.off:+.0%} (must ≤ {MUST:.0%}): {verdict}.**\n",
            "| | foretold | measured | off |\n|---|---:|---:|---:|",
            *rows,
            "",
        ]
    )


if __name__ == "__main__":
    main()
