"""Command ``recompute-deadlines``."""

import asyncio
import json
from typing import Annotated

import typer
from chassis.commands import counting_bar, operator

from clue_service.commands import opened_resources
from clue_service.deadlines.errors import RecomputingRuns
from clue_service.deadlines.recomputing import Change, Progress, Recomputing, Summary

RUNNING = 3
"""Exit code: another run is under way."""


def recompute_deadlines(
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="write nothing, only show what would change")] = False,
    by: Annotated[str | None, typer.Option(help="who does this, for the audit log; the login unless given")] = None,
) -> None:
    """Count running clocks anew by the rules and calendars of now: one JSON object for each change, a last one of all.

    Killed and started again it goes on where it was.
    """
    try:
        with counting_bar("counting") as progress:
            summary = asyncio.run(_recompute(by, progress, is_dry=dry_run))
    except RecomputingRuns as error:
        typer.echo(error.title.en, err=True)
        raise typer.Exit(RUNNING) from error
    typer.echo(json.dumps({"read": summary.read, "changed": summary.changed, "dry_run": summary.is_dry}))


async def _recompute(by: str | None, progress: Progress, *, is_dry: bool) -> Summary:
    async with opened_resources() as resources:
        return await Recomputing(resources, operator(by), is_dry, _tell, progress).go()


def _tell(change: Change) -> None:
    said = {"kind": change.kind, "id": str(change.id), "rule": change.rule}
    typer.echo(json.dumps({**said, "from": change.previous.isoformat(), "to": change.due_at.isoformat()}))
