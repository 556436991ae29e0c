"""What the commands of operators share: the service's resources, who runs them, and a bar of progress."""

import getpass
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from chassis.identity import Principal
from chassis.logging import configure_logging
from chassis.service import Resources, build_resources
from chassis.settings import PlatformSettings
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


@asynccontextmanager
async def opened_resources() -> AsyncIterator[Resources]:
    """The service's resources as its processes have them, closed afterwards."""
    from clue_service.main import SERVICE  # which lists the commands, so it cannot be imported before they are

    settings = PlatformSettings()
    configure_logging(SERVICE.name, "error")  # stdout is the command's report
    resources = build_resources(SERVICE, settings)
    try:
        yield resources
    finally:
        await resources.close()


def operator(name: str | None) -> Principal:
    """Who runs a command: the name given, else the login; for the audit log, not for rights."""
    return Principal(sub=f"operator:{name or getpass.getuser()}", roles=frozenset({"platform_admin"}))


def progress_bar() -> Progress:
    """A bar on stderr, silent where that is no terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty())
