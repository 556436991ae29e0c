"""Command ``rotate-keys``."""

import asyncio
import json
from dataclasses import asdict
from typing import Annotated

import typer
from chassis.commands import counting_bar, operator

from clue_service.commands import opened_resources
from clue_service.key_rotations.service import Outcome, Progress
from clue_service.key_rotations.service import rotate_keys as rotate


def rotate_keys(
    by: Annotated[str | None, typer.Option(help="who rotates, for the log; else the login")] = None,
) -> None:
    """Seal everything anew under the current key of the ring, while the service works.

    Before: add a key to the ring's file, make it current, restart the processes. After: keep the older keys as long as
    backups shall be read, and the oldest one always, since digests are made with it. Prints one JSON object; ends with
    1 if something still lies under another key.
    """
    with counting_bar("sealing anew") as progress:
        outcome = asyncio.run(_rotate(by, progress))
    typer.echo(json.dumps(asdict(outcome)))
    raise typer.Exit(1 if outcome.remaining else 0)


async def _rotate(by: str | None, progress: Progress) -> Outcome:
    async with opened_resources() as resources:
        return await rotate(resources, operator(by), progress)
