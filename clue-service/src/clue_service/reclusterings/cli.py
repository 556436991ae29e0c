"""Command ``recluster``."""

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Annotated

import typer
from chassis.commands import operator, progress_bar
from rich.progress import Progress

from clue_service.commands import opened_resources
from clue_service.reclusterings.errors import ReclusteringRunning, ReclusteringStopped
from clue_service.reclusterings.service import Outcome, recluster
from clue_service.reclusterings.settings import ReclusteringSettings

STOPPED, RUNNING = 1, 3
"""Exit codes: it could not run or was stopped; another run is under way."""


def recluster_clues(
    by: Annotated[str | None, typer.Option(help="who does this, for the audit log; the login unless given")] = None,
) -> None:
    """Link all clues anew with Splink and bring what matching missed to review; one JSON object on stdout."""
    try:
        with progress_bar() as progress:
            outcome = asyncio.run(_recluster(progress, by))
    except ReclusteringStopped as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(RUNNING if isinstance(error, ReclusteringRunning) else STOPPED) from error
    typer.echo(json.dumps(asdict(outcome)))


async def _recluster(progress: Progress, by: str | None) -> Outcome:
    @contextmanager
    def step(title: str, total: int | None) -> Iterator[Callable[[int], None]]:
        task = progress.add_task(title, total=total)
        yield lambda done: progress.advance(task, done)
        progress.update(task, total=total or 1, completed=total or 1)

    async with opened_resources() as resources:
        return await recluster(resources, ReclusteringSettings(), operator(by), step)
