"""Disks small enough to be filled, for the servers of a world."""

import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path


def mount_small(folder: Path, megabytes: int, stack: ExitStack) -> None:
    """Put a memory disk of that size on the folder until the stack ends; only root can."""
    options = f"size={megabytes}m,mode=0711"
    subprocess.run(["/bin/mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], check=True)
    stack.callback(subprocess.run, ["/bin/umount", "-l", str(folder)], check=False)


@contextlib.contextmanager
def filled(*folders: Path) -> Iterator[None]:
    """These disks are full while the block runs."""
    with ExitStack() as emptied:
        for folder in folders:
            ballast = folder / "ballast"
            emptied.callback(ballast.unlink)
            _fill(ballast)
        yield


def _fill(ballast: Path) -> None:
    """Leave not a block free. Unbuffered: what no longer fits would be tried once more, and fail, when it is closed."""
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        left = shutil.disk_usage(ballast.parent).free
        while left > 0:
            left -= file.write(b"\0" * min(left, 1 << 20))
        while True:
            file.write(b"\0" * 4096)
