"""What the commands of operators share: the service's resources, who runs them, and a bar of progress."""

import getpass
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

from chassis.identity import Principal
from chassis.logging import configure_logging
from chassis.service import Resources, Service, build_resources
from chassis.settings import PlatformSettings

if TYPE_CHECKING:
    from rich.progress import Progress


@asynccontextmanager
async def opened_resources(service: Service) -> AsyncIterator[Resources]:
    """The service's resources as its processes have them, closed afterwards."""
    settings = PlatformSettings()
    configure_logging(service.name, "error")  # stdout is the command's report
    resources = build_resources(service, settings)
    try:
        yield resources
    finally:
        await resources.close()


def operator(name: str | None) -> Principal:
    """Who runs a command: the name given, else the login; for the audit log, not for rights."""
    return Principal(sub=f"operator:{name or getpass.getuser()}", roles=frozenset({"platform_admin"}), is_internal=True)


def progress_bar() -> "Progress":
    """A bar on stderr, silent where that is no terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty())


@contextmanager
def counting_bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar that is told how much is done, and of how much."""
    with progress_bar() as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
