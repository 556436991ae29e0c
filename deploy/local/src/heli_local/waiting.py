"""Waiting for processes: until they are ready, until they have ended."""

import asyncio
import time
import urllib.error
import urllib.request
from collections.abc import Sequence

from chassis.embedded import ChildProcess

from heli_local.members import Member

_POLL_S = 0.05


async def end_together(members: Sequence[Member], timeout_s: float) -> None:
    """Ask all to end, wait, and force those that have not."""
    for member in members:
        member.ask_to_stop()
    await until_ended(members, timeout_s)
    for member in members:
        member.stop(0)


async def until_ended(processes: Sequence[Member | ChildProcess], timeout_s: float) -> None:
    """Wait until all have ended, or the time is over."""
    deadline = time.monotonic() + timeout_s
    while any(process.is_alive() for process in processes) and time.monotonic() < deadline:  # noqa: ASYNC110 - the end of a process sets no event
        await asyncio.sleep(_POLL_S)


def is_ready(url: str) -> bool:
    """Whether the process at the address says that it is ready."""
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=3) as answer:  # noqa: S310 - loopback
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False
