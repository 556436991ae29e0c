"""Team assembly against the usual ways on own instances; every answer is judged by the separate checker."""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from assembly import pages
from assembly.command import Answered, option, solve_by_command
from assembly.instances import QUICK, SIZES, Size, instance
from assembly.results import OURS, Result
from inspection_service.assembly.checker import check

METHODS = (OURS, "greedy", "HiGHS full", "CP-SAT full", "Timefold")
SEED = 20261129
SECONDS = 60.0


def main() -> None:
    """Compare and write the page; ``--quick`` takes one small instance and ten seconds, and prints only.

    ``--sizes=2000,5000`` and ``--methods=greedy,Timefold`` run a part; the rest of the page stays.
    """
    quick = "--quick" in sys.argv
    sizes = (QUICK,) if quick else tuple(s for s in SIZES if str(s.people) in option("sizes", str(s.people)))
    methods = tuple(m for m in METHODS if m in option("methods", m))
    limit = 10.0 if quick else SECONDS
    results: list[Result] = []
    with tempfile.TemporaryDirectory() as folder:
        for size in sizes:
            document = instance(size, SEED)
            path = Path(folder) / f"{size.people}-{size.teams}.json"
            path.write_text(json.dumps(document))
            for method in methods:
                results.append(
                    _ours(document, path, size, limit)
                    if method == OURS
                    else _other(document, path, size, limit, method)
                )
                print(results[-1], file=sys.stderr)
                if not quick:
                    pages.write(results[-1:], [])  # what was measured stays, whenever the run is ended
    print(pages.table(results))


def _ours(document: dict[str, Any], path: Path, size: Size, limit: float) -> Result:
    answered: Answered = solve_by_command(path, limit)
    answer = answered.answer
    if not answer["assignments"]:
        return Result(str(size), SEED, OURS, None, 0, False, answered.seconds, limit, answer["status"])
    verdict = check(document, answer["assignments"])
    proven = answer["status"] == "optimal"
    return Result(str(size), SEED, OURS, verdict.objective, len(verdict.violations), proven, answered.seconds, limit)


def _other(document: dict[str, Any], path: Path, size: Size, limit: float, method: str) -> Result:
    program = Path(__file__).with_name("contestants.py")
    started = time.perf_counter()
    try:
        done = subprocess.run(
            [sys.executable, str(program), method, str(path), str(limit)],
            capture_output=True, text=True, check=False, timeout=limit * 2 + 110,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        seconds = time.perf_counter() - started
        return Result(str(size), SEED, method, None, 0, False, seconds, limit, "did not stop")
    seconds = time.perf_counter() - started
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["failed"])[-1]
        print(f"{method} NOT RUN: {reason}", file=sys.stderr)
        return Result(str(size), SEED, method, None, 0, False, seconds, limit, f"NOT RUN: {reason}")
    answer = json.loads(done.stdout.splitlines()[-1])  # HiGHS prints a banner before it
    if not answer["seats"]:
        return Result(str(size), SEED, method, None, 0, answer["proven"], seconds, limit, "no teams")
    seats = [
        {"person": document["people"][p]["id"], "team": document["teams"][t]["id"], "role": document["roles"][r]}
        for p, t, r in answer["seats"]
    ]
    verdict = check(document, seats)
    return Result(str(size), SEED, method, verdict.objective, len(verdict.violations), answer["proven"], seconds, limit)
