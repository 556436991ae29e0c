"""What callers wait for, part by part."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import machine
from chassis.embedded import ServiceDatabase
from matching.crowd import Planted

from clues import library, lists, taking_in
from clues.serving import started

PARTS = ("lists", "library", "intake", "import")


@dataclass
class Measured:
    """What was measured at one size; times in milliseconds, by what was done."""

    clues: int
    times: dict[str, list[float]] = field(default_factory=dict)
    rates: dict[str, float] = field(default_factory=dict)
    """Per second; where there were several runs, their median."""
    spread: dict[str, list[float]] = field(default_factory=dict)
    """Of rates the runs one by one."""
    notes: dict[str, float] = field(default_factory=dict)
    cpu: dict[str, dict[str, float]] = field(default_factory=dict)
    """Milliseconds of CPU for one, by what was done and by process."""
    load: float = 0.0
    paces: list[float] = field(default_factory=list)
    """``machine.pace`` before the first part and after each."""


@dataclass(frozen=True)
class Place:
    """Where the service is started."""

    folder: Path
    database: ServiceDatabase
    superuser: str
    nats: str
    servers: Mapping[int, str]
    """Process ids of PostgreSQL and NATS, with their names."""


async def measure(place: Place, clues: int, planted: Planted, parts: Sequence[str], *, rows: int) -> Measured:
    """Everything asked for at one size."""
    found = Measured(clues)
    async with started(place.folder, place.database, place.superuser, place.nats) as bench:
        bench.processes |= place.servers
        await bench.warm()
        found.load = os.getloadavg()[0]
        measured = {
            "lists": lambda: lists.measure(bench, found.times),
            "library": lambda: library.measure(bench, found),
            "intake": lambda: taking_in.measure_intake(bench, found, planted.queries),
            "import": lambda: taking_in.measure_import(bench, found, rows),
        }
        found.paces.append(machine.pace())
        for part in (one for one in PARTS if one in parts):
            await measured[part]()
            found.paces.append(machine.pace())
    return found
