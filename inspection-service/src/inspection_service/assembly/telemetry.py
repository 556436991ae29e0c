"""Metrics of the solver: how long it thinks, how runs end, how far from the best a proposal may be. Never of whom."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from chassis.errors import HeliError
from chassis.telemetry import REGISTRY
from prometheus_client import Counter, Gauge, Histogram

from inspection_service.assembly.errors import SolverFailed, UnlawfulProposal
from inspection_service.assembly.solution import Status

RUNS = Counter(
    "heli_solver_runs",
    "Runs of the solver by what was asked and how they ended",
    ["kind", "outcome"],
    registry=REGISTRY,
)
SECONDS = Histogram(
    "heli_solver_seconds",
    "Time from a run's turn to its end by what was asked",
    ["kind"],
    registry=REGISTRY,
    buckets=(0.1, 0.3, 1, 3, 10, 30, 60, 120, 300, 600),
)
GAP = Histogram(
    "heli_solver_gap",
    "Share by which a better proposal than the one found may exist; 0 where it is proven that none does",
    registry=REGISTRY,
    buckets=(0, 0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1),
)
IN_TURN = Gauge("heli_solver_waiting", "Runs of the solver that wait for their turn in this process", registry=REGISTRY)

KINDS = ("proposal", "solution", "explanation")
OUTCOMES = (
    *(str(status) for status in Status),
    *("answered", "refused", "timeout", "process_ended", "failed", "unlawful", "broken_off"),
)
for _kind in KINDS:  # there from the start, so that the first failure is a change that an alert sees
    for _outcome in OUTCOMES:
        RUNS.labels(_kind, _outcome)


@contextmanager
def measured(kind: str) -> Iterator[dict[str, Any]]:
    """Measure one run; the block puts the answer's ``status`` and ``gap`` into what it is given, if it has them."""
    answer: dict[str, Any] = {}
    outcome, began = "broken_off", time.monotonic()
    try:
        yield answer
        outcome = str(answer.get("status", "answered"))
    except UnlawfulProposal:
        outcome = "unlawful"
        raise
    except SolverFailed as error:
        outcome = str(error.members.get("reason", "failed"))
        raise
    except HeliError:
        outcome = "refused"
        raise
    finally:
        SECONDS.labels(kind).observe(time.monotonic() - began)
        RUNS.labels(kind, outcome).inc()
        if answer.get("gap") is not None:
            GAP.observe(answer["gap"])
