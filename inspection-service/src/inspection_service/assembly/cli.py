"""``inspection-service solve-instance``: one instance in, one JSON object out."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from chassis.errors import HeliError
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from inspection_service.assembly.progress import Progress as Report
from inspection_service.assembly.progress import Stage
from inspection_service.assembly.solution import Solution
from inspection_service.assembly.worker import SolverPool

COMMAND = "solve-instance"
EXIT_WRONG_INPUT = 2
EXIT_FAILED = 1

_STAGES = {
    Stage.READING: "reading",
    Stage.RELAXING: "pricing the pool",
    Stage.PROVING: "proving",
    Stage.EXPLAINING: "explaining the conflict",
}

cli = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@cli.command(name=COMMAND)
def solve_instance(
    instance: Annotated[Path, typer.Argument(help="Instance in exchange format, .json or .json.gz.")],
    time_limit: Annotated[float, typer.Option("--time-limit", min=0.1, help="Seconds the solver may take.")] = 120.0,
    seed: Annotated[int, typer.Option("--seed", help="Salts the draw between equally good proposals.")] = 0,
) -> None:
    """Solve an assembly instance and print the answer as one JSON object.

    Exit code 0 for every answer (also infeasible or unknown), 2 for a wrong instance, 1 when the solver failed.
    """
    try:
        with instance.open("rb"):
            pass  # a file that cannot be read is said before a solver starts
        solution = asyncio.run(_solve(instance.resolve(), time_limit, f"seed:{seed}"))
    except OSError as error:
        _complain(f"cannot read {instance}: {error.strerror}")
        raise typer.Exit(EXIT_WRONG_INPUT) from error
    except HeliError as error:
        _complain(error.title.en, *(f"{e.pointer or '/'}: {e.message.en}" for e in error.errors))
        if error.detail is not None and not error.errors:
            _complain(error.detail.en)
        raise typer.Exit(EXIT_WRONG_INPUT if error.category == "invalid" else EXIT_FAILED) from error
    sys.stdout.write(json.dumps(solution.as_json(), ensure_ascii=False) + "\n")


def _complain(*lines: str) -> None:
    for line in lines:
        sys.stderr.write(line + "\n")


async def _solve(instance: Path, time_limit: float, salt: str) -> Solution:
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(_STAGES[Stage.READING], total=None)

        def show(report: Report) -> None:
            bar.update(task, description=_described(report))

        return await SolverPool(niceness=0).solve(instance, time_limit=time_limit, salt=salt, listener=show)


def _described(report: Report) -> str:
    text = _STAGES[report.stage]
    if report.objective is not None:
        text += f"  {report.objective:,.0f} points"
    if report.bound is not None:
        text += f"  at most {report.bound:,.0f}"
    if report.gap is not None:
        text += f"  gap {report.gap:.2%}"
    return text
