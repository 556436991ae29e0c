"""Command ``index-matching``."""

import asyncio
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

import typer
from chassis.logging import configure_logging
from chassis.service import Service, build_resources
from chassis.settings import PlatformSettings

from clue_service.index_rebuilds.service import Outcome, Progress, RebuildRunning, rebuild_index

_LINES = 20  # where there is no terminal


def run_rebuild(service: Service, *, anew: bool) -> None:
    """Rebuild the index of the service's database; a bar on a terminal, lines elsewhere, one JSON object at the end."""
    settings = PlatformSettings()
    configure_logging(service.name, settings.log_level)
    try:
        with _shown() as progress:
            outcome = asyncio.run(_rebuild(service, settings, progress, anew=anew))
    except RebuildRunning as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    typer.echo(json.dumps(asdict(outcome)))
    if outcome.stale:
        typer.echo("processes of another version write to this database: stop them and run this once more", err=True)


async def _rebuild(service: Service, settings: PlatformSettings, progress: Progress, *, anew: bool) -> Outcome:
    resources = build_resources(service, settings)
    try:
        return await rebuild_index(resources, progress, anew=anew)
    finally:
        await resources.close()


@contextmanager
def _shown() -> Iterator[Progress]:
    if not sys.stderr.isatty():
        yield _lines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bars(*columns, console=Console(stderr=True)) as bars:
        task = bars.add_task("indexing", total=None)
        yield lambda read, total: bars.update(task, completed=read, total=total)


def _lines() -> Progress:
    said = -1

    def say(read: int, total: int) -> None:
        nonlocal said
        if (step := read * _LINES // total) > said:
            said = step
            typer.echo(f"indexed {read:,} of {total:,} clues", err=True)

    return say
