"""What assembly is judged by, on own rounds: proofs, gaps, conflicts, shuffles, drop-outs. ``--cases=`` picks some."""

import asyncio
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from assembly import pages
from assembly.command import Answered, cpu_of_children, option, solve_by_command
from assembly.conflicts import is_minimal
from assembly.drop_outs import replaced
from assembly.instances import SIZES, TWISTS, Size, instance, twisted
from assembly.results import Figure
from assembly.serving import served
from inspection_service.assembly.checker import check
from inspection_service.assembly.progress import Progress, Stage
from inspection_service.assembly.worker import SolverPool

SEEDS = (311, 312, 313)
"""Not looked at while the engine was developed."""
PROOF = {2_000: 20.0, 5_000: 20.0, 20_000: 60.0}
GAP = {2_000: 0.01, 5_000: 0.01, 20_000: 0.001}
SHUFFLES = 20
MORE_TIME = 120.0
DETECTED, EXPLAINED = 5.0, 60.0
VERIFIED = 5_000
"""People up to which the conflict is verified by CP-SAT and by a team per row."""


def main() -> None:
    """Measure the cases named, or all; ``--sizes=2000`` limits them."""
    with tempfile.TemporaryDirectory() as folder:
        for case in option("cases", ",".join(CASES)):
            for figure in CASES[case](Path(folder)):
                print(figure, file=sys.stderr)
                pages.write([], [figure])  # what was measured stays, whenever the run is ended


def _sizes(most: int = 20_000) -> list[Size]:
    return [s for s in SIZES if s.people <= most and str(s.people) in option("sizes", str(s.people))]


def _seeds() -> list[int]:
    return [seed for seed in SEEDS if str(seed) in option("seeds", str(seed))]


def _load() -> str:
    return f"load {os.getloadavg()[0]:.1f}"


def _solved(folder: Path, document: dict[str, Any], limit: float) -> Answered:
    path = folder / "round.json"
    path.write_text(json.dumps(document))
    answered = solve_by_command(path, limit)
    if answered.answer["assignments"]:
        verdict = check(document, answered.answer["assignments"])
        assert verdict.is_lawful, verdict.violations[:3]
        assert verdict.objective == answered.answer["objective"]
    return answered


def _proofs(folder: Path, *, tight: bool) -> Iterator[Figure]:
    for size in _sizes():
        for seed in _seeds():
            found = _solved(folder, instance(size, seed, tight=tight), MORE_TIME)
            status, bar = found.answer["status"], PROOF[size.people]
            said = f"{status}, {found.seconds:.1f} s ({found.cpu:.1f} s of CPU, {_load()})"
            is_met = status in ("optimal", "infeasible") and found.seconds <= bar
            name = f"{size}{', tight' if tight else ''}, seed {seed}"
            yield Figure("proven", name, said, f"≤ {bar:.0f} s", is_met)


def _cooperation(folder: Path) -> Iterator[Figure]:
    for size in _sizes():
        for seed in _seeds()[:2]:
            found = _solved(folder, instance(size, seed, cooperation=True), MORE_TIME)
            gap = found.answer["gap"]
            told = "no teams" if gap is None else f"gap {gap:.3%}"
            said = f"{found.answer['status']}, {told}, {found.seconds:.0f} s ({found.cpu:.0f} s of CPU, {_load()})"
            bar = GAP[size.people]
            must = f"gap ≤ {bar:.1%} at {MORE_TIME:.0f} s{' (a goal)' if size.people == 20_000 else ''}"
            is_met = gap is not None and gap <= bar
            yield Figure("with cooperation", f"{size}, seed {seed}", said, must, is_met)


def _short(folder: Path) -> Iterator[Figure]:
    for size in _sizes():
        for seed in _seeds()[:2]:
            yield _conflict(folder, f"{size}, seed {seed}", size, instance(size, seed, short=True))


def _twisted(folder: Path) -> Iterator[Figure]:
    for size in _sizes():
        for twist in option("twists", ",".join(TWISTS)):
            for seed in _seeds()[:2]:
                yield _conflict(
                    folder, f"{size}, rules that meet ({twist}), seed {seed}", size, twisted(size, seed, twist)
                )


def _conflict(folder: Path, name: str, size: Size, document: dict[str, Any]) -> Figure:
    path = folder / "round.json"
    path.write_text(json.dumps(document))
    detected, seconds, cpu, answer = asyncio.run(_explained(path))
    core = answer["conflict"]
    verified = None if size.people > VERIFIED else is_minimal(document, core)
    own = "proven minimal by its own tests" if size.people > VERIFIED else "not decided by the verifier"
    told = {None: own, True: "verified minimal", False: "NOT minimal"}[verified]
    said = f"detected in {detected:.1f} s; core of {len(core)} and sentence in {seconds:.1f} s, {told} "
    said += f"({cpu:.1f} s of CPU in all, {_load()})"
    is_met = answer["status"] == "infeasible" and verified is not False and bool(answer["sentence"])
    is_met = is_met and detected <= DETECTED and seconds <= EXPLAINED
    return Figure("infeasible", name, said, f"detected ≤ {DETECTED:.0f} s, core ≤ {EXPLAINED:.0f} s", is_met)


async def _explained(path: Path) -> tuple[float, float, float, dict[str, Any]]:
    """Seconds until the round is known to be impossible, until it is explained, of CPU, and the answer.

    The start of the solver process and the reading of the file count.
    """
    detected: list[float] = []

    def listen(progress: Progress) -> None:
        if progress.stage is Stage.EXPLAINING:
            detected.append(time.perf_counter() - started)

    started, before = time.perf_counter(), cpu_of_children()
    solution = await SolverPool(niceness=0).solve(path, time_limit=MORE_TIME, listener=listen)
    seconds = time.perf_counter() - started
    return min(detected, default=seconds), seconds, cpu_of_children() - before, solution.as_json()


def _shuffles(folder: Path) -> Iterator[Figure]:
    for size in _sizes(most=2_000):
        document = instance(size, SEEDS[0])
        teams = [_teams(_solved(folder, _shuffled(document, n), MORE_TIME)) for n in range(SHUFFLES)]
        same = sum(one == teams[0] for one in teams)
        said = f"{same} of {SHUFFLES} shuffles"
        yield Figure("same teams under shuffled input", str(size), said, "20 of 20", same == SHUFFLES)


def _teams(found: Answered) -> frozenset[tuple[str, str, str]]:
    return frozenset((seat["person"], seat["team"], seat["role"]) for seat in found.answer["assignments"])


def _shuffled(d: dict[str, Any], seed: int) -> dict[str, Any]:
    """The same round with people, units, teams, labels, roles and rows listed in another order."""
    rng = random.Random(f"shuffle/{seed}")
    order = {
        key: rng.sample(range(len(d[key])), len(d[key])) for key in ("roles", "labels", "people", "home_units", "teams")
    }
    new = {key: {old: at for at, old in enumerate(olds)} for key, olds in order.items()}
    listed = {key: [d[key][old] for old in olds] for key, olds in order.items()}
    teams = [
        {
            **team,
            "roles": [team["roles"][old] for old in order["roles"]],
            "bounds": [
                {**b, "label": new["labels"][b["label"]]} for b in rng.sample(team["bounds"], len(team["bounds"]))
            ],
            "rewards": [{**r, "label": new["labels"][r["label"]]} for r in team["rewards"]],
        }
        for team in listed["teams"]
    ]
    rows = [
        [new["people"][p], new["teams"][t], new["roles"][r], score, [new["labels"][x] for x in rng.sample(ls, len(ls))]]
        for p, t, r, score, ls in rng.sample(d["eligible"], len(d["eligible"]))
    ]
    people = [{**p, "home_unit": new["home_units"][p["home_unit"]]} for p in listed["people"]]
    apart = [[new["people"][q], new["people"][p]] for p, q in d["never_together"]]
    return {**d, **listed, "teams": teams, "people": people, "eligible": rows, "never_together": apart}


def _drop_outs(_folder: Path) -> Iterator[Figure]:
    return (replaced(size) for size in _sizes())


CASES: dict[str, Callable[[Path], Iterable[Figure]]] = {
    "plain": lambda folder: _proofs(folder, tight=False),
    "tight": lambda folder: _proofs(folder, tight=True),
    "cooperation": _cooperation,
    "short": _short,
    "twisted": _twisted,
    "shuffles": _shuffles,
    "drop-outs": _drop_outs,
    "serving": lambda _folder: served(),
}
