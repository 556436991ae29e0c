"""Team assembly against the usual ways on own instances; every answer is judged by the separate checker."""

import itertools
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assembly import pages
from assembly.command import Answered, option, solve_by_command
from assembly.instances import QUICK, SIZES, instance
from assembly.results import OURS, Result
from inspection_service.assembly.checker import check

METHODS = (OURS, "greedy", "HiGHS full", "CP-SAT full", "Timefold")
SEEDS = (20261129, 20261130, 20261201)
"""Of a run one takes all unless ``--seeds=`` names some."""
SECONDS = 60.0


def main() -> None:
    """Compare and write the page; ``--quick`` takes one small instance and ten seconds, and prints only.

    ``--sizes=2000,5000``, ``--seeds=20261130`` and ``--methods=greedy,Timefold`` run a part; the rest
    of the page stays.
    """
    quick = "--quick" in sys.argv
    sizes = (QUICK,) if quick else tuple(s for s in SIZES if str(s.people) in option("sizes", str(s.people)))
    seeds = SEEDS[:1] if quick else tuple(seed for seed in SEEDS if str(seed) in option("seeds", str(seed)))
    methods = tuple(m for m in METHODS if m in option("methods", m))
    limit = 10.0 if quick else SECONDS
    results: list[Result] = []
    with tempfile.TemporaryDirectory() as folder:
        for size, seed in itertools.product(sizes, seeds):
            document = instance(size, seed)
            path = Path(folder) / f"{size.people}-{size.teams}-{seed}.json"
            path.write_text(json.dumps(document))
            asked = Asked(document, path, str(size), seed, limit)
            for method in methods:
                results.append(_ours(asked) if method == OURS else _other(asked, method))
                print(results[-1], file=sys.stderr)
                if not quick:
                    pages.write(results[-1:], [])  # what was measured stays, whenever the run is ended
    print(pages.table(results))


@dataclass(frozen=True)
class Asked:
    """One instance and the seconds for it."""

    document: dict[str, Any]
    path: Path
    size: str
    seed: int
    limit: float

    def result(self, method: str, seconds: float, note: str = "", *, proven: bool = False) -> Result:
        """A row without teams."""
        return Result(self.size, self.seed, method, None, 0, proven, seconds, self.limit, note)

    def judged(self, method: str, seconds: float, seats: list[dict[str, str]], *, proven: bool) -> Result:
        """A row with teams, as the checker sees them."""
        verdict = check(self.document, seats)
        broken = len(verdict.violations)
        return Result(self.size, self.seed, method, verdict.objective, broken, proven, seconds, self.limit)


def _ours(asked: Asked) -> Result:
    answered: Answered = solve_by_command(asked.path, asked.limit)
    answer = answered.answer
    if not answer["assignments"]:
        return asked.result(OURS, answered.seconds, answer["status"])
    return asked.judged(OURS, answered.seconds, answer["assignments"], proven=answer["status"] == "optimal")


def _other(asked: Asked, method: str) -> Result:
    program = Path(__file__).with_name("contestants.py")
    started = time.perf_counter()
    try:
        done = subprocess.run(
            [sys.executable, str(program), method, str(asked.path), str(asked.limit)],
            capture_output=True, text=True, check=False, timeout=asked.limit * 2 + 110,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return asked.result(method, time.perf_counter() - started, "did not stop")
    seconds = time.perf_counter() - started
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["failed"])[-1]
        print(f"{method} NOT RUN: {reason}", file=sys.stderr)
        return asked.result(method, seconds, f"NOT RUN: {reason}")
    answer = json.loads(done.stdout.splitlines()[-1])  # HiGHS prints a banner before it
    if not answer["seats"]:
        return asked.result(method, seconds, "no teams", proven=answer["proven"])
    document = asked.document
    seats = [
        {"person": document["people"][p]["id"], "team": document["teams"][t]["id"], "role": document["roles"][r]}
        for p, t, r in answer["seats"]
    ]
    return asked.judged(method, seconds, seats, proven=answer["proven"])
