"""Team assembly against the usual ways on own instances; every answer is judged by the separate checker."""

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import machine
from assembly.instances import QUICK, SIZES, Size, instance
from inspection_service.assembly.checker import check
from inspection_service.assembly.worker import SolverPool

PAGE = Path(__file__).resolve().parents[2] / "docs/benchmarks/assembly.md"
PLOT = PAGE.with_name("assembly.svg")
OURS = "column sifting"
OTHERS = ("greedy", "HiGHS full", "CP-SAT full")
SEEDS = (20261124,)
SECONDS = 30.0


@dataclass(frozen=True)
class Result:
    """What one method made of one instance."""

    size: str
    seed: int
    method: str
    points: float | None
    violations: int
    proven: bool
    seconds: float
    note: str = ""


def main() -> None:
    """Compare and write the page; ``--quick`` takes one small instance and ten seconds, and prints only."""
    quick = "--quick" in sys.argv
    sizes, seeds, limit = ((QUICK,), SEEDS[:1], 10.0) if quick else (SIZES, SEEDS, SECONDS)
    results: list[Result] = []
    with tempfile.TemporaryDirectory() as folder:
        for size in sizes:
            for seed in seeds:
                results += _compare(size, seed, limit, Path(folder))
    table = _table(results)
    print(table)
    if not quick:
        PAGE.parent.mkdir(parents=True, exist_ok=True)
        PAGE.write_text(_page(table, limit))
        PLOT.write_text(_plot(results))


def _compare(size: Size, seed: int, limit: float, folder: Path) -> list[Result]:
    document = instance(size, seed)
    path = folder / f"{size.people}-{size.teams}-{seed}.json"
    path.write_text(json.dumps(document))
    found = [_ours(document, path, size, seed, limit)]
    for method in OTHERS:
        found.append(_other(document, path, size, seed, limit, method))
        print(f"{size} seed {seed}: {method} done", file=sys.stderr)
    print(f"{size} seed {seed}: Timefold SKIPPED, no adapter is written for it here", file=sys.stderr)
    return found


def _ours(document: dict[str, Any], path: Path, size: Size, seed: int, limit: float) -> Result:
    started = time.perf_counter()
    solution = asyncio.run(SolverPool(niceness=0).solve(path, time_limit=limit))
    seconds = time.perf_counter() - started
    answer = solution.as_json()
    if answer["status"] in ("infeasible", "unknown"):
        return Result(str(size), seed, OURS, None, 0, answer["status"] == "infeasible", seconds, answer["status"])
    verdict = check(document, answer["assignments"])
    proven = answer["status"] == "optimal"
    return Result(str(size), seed, OURS, verdict.objective, len(verdict.violations), proven, seconds)


def _other(document: dict[str, Any], path: Path, size: Size, seed: int, limit: float, method: str) -> Result:
    program = Path(__file__).with_name("contestants.py")
    started = time.perf_counter()
    try:
        done = subprocess.run(
            [sys.executable, str(program), method, str(path), str(limit)],
            capture_output=True, text=True, check=False, timeout=limit * 2 + 120,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return Result(str(size), seed, method, None, 0, False, time.perf_counter() - started, "did not stop")
    seconds = time.perf_counter() - started
    if done.returncode:
        reason = done.stderr.strip().splitlines()[-1:] or ["failed"]
        print(f"{method} SKIPPED: {reason[0]}", file=sys.stderr)
        return Result(str(size), seed, method, None, 0, False, seconds, f"skipped: {reason[0]}")
    answer = json.loads(done.stdout.splitlines()[-1])  # HiGHS prints a banner before it
    if not answer["seats"]:
        return Result(str(size), seed, method, None, 0, answer["proven"], seconds, "no teams")
    seats = [
        {"person": document["people"][p]["id"], "team": document["teams"][t]["id"], "role": document["roles"][r]}
        for p, t, r in answer["seats"]
    ]
    verdict = check(document, seats)
    return Result(str(size), seed, method, verdict.objective, len(verdict.violations), answer["proven"], seconds)


def _table(results: list[Result]) -> str:
    lines = [
        "| people × teams | seed | method | points | broken rules | proven | seconds, process start included |",
        "|---|---|---|---|---|---|---|",
    ]
    for r in results:
        points = "–" if r.points is None else f"{r.points:,.0f}"
        note = f" ({r.note})" if r.note else ""
        proven = "yes" if r.proven else "no"
        lines.append(
            f"| {r.size} | {r.seed} | {r.method} | {points}{note} | {r.violations} | {proven} | {r.seconds:.1f} |"
        )
    return "\n".join(lines) + "\n"


def _page(table: str, limit: float) -> str:
    return (
        "# Team assembly\n\n"
        "Own synthetic rounds (`bench/assembly/instances.py`); nothing was tuned on their seeds. "
        "Every answer is judged by the separate checker in the same run: points are the checker's, and a row "
        "with broken rules is no lawful "
        f"proposal. Time limit {limit:.0f} s each; CP-SAT has two workers, the others one thread.\n\n"
        f"{machine.described()}- `uv sync --group bench && python bench assembly`\n\n"
        f"{table}\n![Seconds to the answer by method](assembly.svg)\n\n"
        "Timefold is not in this table: no adapter is written for it here. The machine was shared with other work "
        "while this ran; compare within the table, not with other machines.\n"
    )


def _plot(results: list[Result]) -> str:
    """Bars of seconds by method and instance; a hatched end marks an answer that is not proven."""
    longest = max(r.seconds for r in results)
    rows = []
    for n, r in enumerate(results):
        y, width = 24 + 20 * n, 420 * r.seconds / longest
        colour = "#2b6f5b" if r.method == OURS else "#9a9a9a"
        label = f"{r.size}, {r.method}"
        rows.append(
            f'<text x="190" y="{y + 11}" text-anchor="end">{label}</text>'
            f'<rect x="196" y="{y}" width="{width:.0f}" height="14" fill="{colour}"/>'
            f'<text x="{200 + width:.0f}" y="{y + 11}">{r.seconds:.1f} s{"" if r.proven else ", not proven"}</text>'
        )
    height = 40 + 20 * len(results)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="760" height="{height}" '
        'font-family="sans-serif" font-size="11">'
        f'<text x="196" y="14">seconds to the answer</text>{"".join(rows)}</svg>\n'
    )
