"""The solver process as the service sees it: it answers, reports, stops, and dies loudly."""

import asyncio
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from typing import Any

import pytest
from chassis.telemetry import REGISTRY
from inspection_service.assembly.errors import InvalidAssembly, InvalidInstance, SolverFailed
from inspection_service.assembly.problem import AssemblyProblem, Candidate, Target
from inspection_service.assembly.progress import Progress
from inspection_service.assembly.solution import Status
from inspection_service.assembly.telemetry import OUTCOMES
from inspection_service.assembly.worker import SolverPool


def endless() -> dict[str, Any]:
    """A cooperation instance that no solver proves within the tests' patience."""
    rng = random.Random(3)
    people, teams = 200, 6
    return {
        "roles": ["leader", "member"],
        "labels": ["a", "b", "c"],
        "people": [{"id": f"p{i}", "home_unit": i % 30} for i in range(people)],
        "home_units": [{"cap": 4, "quota": 1, "over_quota_penalty": 7} for _ in range(30)],
        "teams": [
            {
                "id": f"t{i}",
                "roles": [3, 9],
                "home_unit_cap": 2,
                "bounds": [{"label": x, "min": 3, "max": 5} for x in range(3)],
                "rewards": [],
            }
            for i in range(teams)
        ],
        "eligible": [
            [p, t, r, rng.randint(-50, 50), [x for x in range(3) if rng.random() < 0.3]]
            for p in range(people)
            for t in range(teams)
            for r in range(2)
            if rng.random() < 0.6
        ],
        "never_together": [],
        "cooperation": {
            "pairs": sorted({tuple(sorted(rng.sample(range(people), 2))) for _ in range(900)}),
            "chief_roles": [0],
            "each": 40,
            "up_to": 20,
        },
    }


def listed(document: dict[str, Any]) -> dict[str, Any]:
    document["cooperation"]["pairs"] = [list(pair) for pair in document["cooperation"]["pairs"]]
    return document


def ended(kind: str) -> Counter[str]:
    """How runs have ended so far, as operators see it."""
    counts = {
        outcome: REGISTRY.get_sample_value("heli_solver_runs_total", {"kind": kind, "outcome": outcome})
        for outcome in OUTCOMES
    }
    assert None not in counts.values(), "each is there before it happens"
    return Counter({outcome: int(count or 0) for outcome, count in counts.items()})


def tiny() -> dict[str, Any]:
    return {
        "roles": ["leader"],
        "labels": [],
        "people": [{"id": "p", "home_unit": 0}],
        "home_units": [{"cap": 1, "quota": 1, "over_quota_penalty": 0}],
        "teams": [{"id": "t", "roles": [1], "home_unit_cap": None, "bounds": [], "rewards": []}],
        "eligible": [[0, 0, 0, 4, []]],
        "never_together": [],
        "cooperation": None,
    }


async def test_a_job_comes_back_solved_with_progress_on_the_way() -> None:
    heard: list[Progress] = []
    before = ended("solution")
    solution = await SolverPool().solve(tiny(), time_limit=30, listener=heard.append)
    assert ended("solution") - before == {"optimal": 1}
    assert (solution.status, solution.objective, len(solution.seats)) == (Status.OPTIMAL, 4, 1)
    assert heard


async def test_a_problem_of_cadres_comes_back_as_a_proposal() -> None:
    cadres = tuple(Candidate(cadre_id=f"c{i}", home_unit=f"u{i}") for i in range(6))
    asked = AssemblyProblem(candidates=cadres, targets=(Target(unit_code="x"),))
    before, gaps = ended("proposal"), REGISTRY.get_sample_value("heli_solver_gap_count") or 0
    seconds = REGISTRY.get_sample_value("heli_solver_seconds_count", {"kind": "proposal"}) or 0
    proposal = await SolverPool().assemble(asked, time_limit=30)
    assert ended("proposal") - before == {"optimal": 1}
    assert REGISTRY.get_sample_value("heli_solver_gap_count") == gaps + 1
    assert REGISTRY.get_sample_value("heli_solver_seconds_count", {"kind": "proposal"}) == seconds + 1
    assert REGISTRY.get_sample_value("heli_solver_waiting") == 0
    assert proposal.status is Status.OPTIMAL
    assert len(proposal.teams[0].members) == 6


async def test_a_killed_solver_process_is_a_clear_failure_and_the_pool_goes_on() -> None:
    pool, before = SolverPool(), ended("solution")
    started = asyncio.Event()
    task = asyncio.create_task(pool.solve(listed(endless()), time_limit=60, listener=lambda _p: started.set()))
    async with asyncio.timeout(240):
        await started.wait()
        os.kill(pool.process_ids[0], signal.SIGKILL)
        with pytest.raises(SolverFailed) as caught:
            await task
    assert caught.value.detail is not None
    assert "SIGKILL" in caught.value.detail.en
    assert pool.process_ids == ()
    assert ended("solution") - before == {"process_ended": 1}
    assert (await pool.solve(tiny(), time_limit=30)).status is Status.OPTIMAL


async def test_a_cancelled_solve_ends_soon_with_what_it_has() -> None:
    # A process that gives way to everything else needs longer on a loaded machine than the grace of production.
    pool, cancel = SolverPool(grace=200), asyncio.Event()

    def on_incumbent(progress: Progress) -> None:
        if progress.seats is not None:
            cancel.set()

    async with asyncio.timeout(240):
        solution = await pool.solve(listed(endless()), time_limit=600, listener=on_incumbent, cancel=cancel)
    assert solution.status is Status.FEASIBLE
    assert solution.gap is not None
    assert solution.gap > 0
    assert pool.process_ids == ()


async def test_a_process_that_stays_silent_is_ended_after_its_time_and_a_grace() -> None:
    pool, before = SolverPool(grace=0.0), ended("solution")
    with pytest.raises(SolverFailed) as caught:
        await pool.solve(listed(endless()), time_limit=0.2)
    assert caught.value.members["reason"] == "timeout"
    assert ended("solution") - before == {"timeout": 1}
    assert pool.process_ids == ()


async def test_wrong_input_comes_back_with_its_pointers() -> None:
    wrong = tiny()
    wrong["teams"][0]["roles"] = [-1]
    before = ended("solution")
    with pytest.raises(InvalidInstance) as caught:
        await SolverPool().solve(wrong, time_limit=30)
    assert caught.value.errors[0].pointer == "/teams/0/roles/0"
    assert ended("solution") - before == {"refused": 1}
    with pytest.raises(InvalidAssembly):
        await SolverPool().assemble(AssemblyProblem(candidates=(), targets=()), time_limit=30)


def test_the_service_side_loads_neither_numpy_nor_the_solver() -> None:
    program = (
        "import sys, inspection_service.assembly.worker, inspection_service.assembly.cli, "
        "inspection_service.assembly.problem, inspection_service.assembly.checker, inspection_service.assembly.rules\n"
        "sys.exit(int('numpy' in sys.modules or 'highspy' in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
