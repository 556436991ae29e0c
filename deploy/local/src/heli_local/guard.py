"""Ends the stack's programs, and whatever they started, when the supervisor is gone without having stopped them.

The kernel ends the programs themselves (PR_SET_PDEATHSIG), but not their own worker processes. The guard is a small
process at the other end of a pipe: it learns which process groups live, and the end of the pipe is the end of the
supervisor. Run as a file by a bare interpreter; standard library only.
"""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path


class Guard:
    """The supervisor's end of the pipe."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(Path(__file__))],
            stdin=subprocess.PIPE,
            cwd="/",
            start_new_session=True,
        )

    def watch(self, group: int) -> None:
        """A program of this process group lives."""
        self._tell(f"+{group}\n")

    def forget(self, group: int) -> None:
        """The group has ended; its number may soon belong to a stranger."""
        self._tell(f"-{group}\n")

    def close(self) -> None:
        """End the guard; every group it still knows is killed."""
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):  # it was killed: then there is nothing to tell it
                self._process.stdin.close()
        self._process.wait()

    def _tell(self, line: str) -> None:
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):  # the stack runs on without its guard
                self._process.stdin.write(line.encode())
                self._process.stdin.flush()


def stand_guard() -> None:
    """Read until the supervisor ends, then kill every group that lives."""
    groups: set[int] = set()
    for line in sys.stdin:
        number = int(line[1:])
        if line[0] == "+":
            groups.add(number)
        else:
            groups.discard(number)
    for group in groups:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)


if __name__ == "__main__":
    stand_guard()
