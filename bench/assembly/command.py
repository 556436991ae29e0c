"""The command as a user runs it, and the options of the benchmarks."""

import json
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Answered:
    """The command's answer and how long it took, process start included; ``cpu`` counts only its own work."""

    answer: dict[str, Any]
    seconds: float
    cpu: float


def solve_by_command(path: Path, limit: float) -> Answered:
    """Run ``inspection-service solve-instance``."""
    program = Path(sys.executable).with_name("inspection-service")
    started, before = time.perf_counter(), cpu_of_children()
    done = subprocess.run(
        [str(program), "solve-instance", str(path), "--time-limit", str(limit)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        sys.exit(f"the solver failed: {done.stderr.strip()}")
    return Answered(json.loads(done.stdout), time.perf_counter() - started, cpu_of_children() - before)


def cpu_of_children() -> float:
    """Processor seconds of children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def option(name: str, default: str) -> list[str]:
    """The values of ``--name=a,b`` on the command line."""
    given = next((arg.split("=", 1)[1] for arg in sys.argv if arg.startswith(f"--{name}=")), default)
    return given.split(",")
