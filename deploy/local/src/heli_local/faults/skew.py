"""Turns the system's clock for chosen processes alone, by libfaketime: their realtime jumps, their waiting does not.

It reaches programs that ask the C library: the interpreter, hence relays, consumers and producers, and PostgreSQL.
NATS is written in Go and asks the kernel, so it keeps the true time.
"""

import os
from pathlib import Path

VARIABLE = "HELI_LIBFAKETIME"
PLACES = ("/usr/lib/*/faketime/libfaketimeMT.so.1", "/usr/local/lib/faketime/libfaketimeMT.so.1")
READ_AGAIN_S = 1
"""How long a process may go on with the offset it read last."""


def library() -> Path | None:
    """The library: where HELI_LIBFAKETIME says, or where Debian's package ``faketime`` puts it; None if not there."""
    said = os.environ.get(VARIABLE)
    found = [Path(said)] if said else [path for place in PLACES for path in sorted(Path("/").glob(place[1:]))]
    return next((path for path in found if path.is_file()), None)


def environment(offset_file: Path) -> dict[str, str]:
    """Variables that make a program follow the file.

    Raises:
        FileNotFoundError: the library is not there.
    """
    there = library()
    if there is None:
        raise FileNotFoundError(VARIABLE)
    return {
        "LD_PRELOAD": str(there),
        "FAKETIME_TIMESTAMP_FILE": str(offset_file),
        "FAKETIME_CACHE_DURATION": str(READ_AGAIN_S),
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }


def forget_ended(shared: Path = Path("/dev/shm")) -> None:  # noqa: S108 - where the library puts it
    """Remove what the library shared for processes that were killed: whoever gets their number could not start."""
    for path in shared.glob("*faketime_s*_*"):
        pid = path.name.rpartition("_")[2]
        if pid.isdecimal() and not Path("/proc", pid).exists():
            path.unlink(missing_ok=True)


def turn(offset_file: Path, seconds: float) -> None:
    """Set how far ahead (or, below 0, behind) of the true time they are; in one step, since they may be reading."""
    aside = offset_file.with_name(offset_file.name + ".new")
    aside.write_text(f"{seconds:+.0f}\n")
    aside.chmod(0o644)
    aside.replace(offset_file)
