"""What the costs add up to for a mixed run, held against what that run took: whether `heli scale` can be believed."""

from collections.abc import Mapping
from dataclasses import dataclass

from heli_local.scale.demand import Figures

ISSUER = "issuer"
"""Not part of an installation: the issuer is the operator's own."""


@dataclass(frozen=True)
class Run:
    """A mixed run: how much of each kind was done, and what it took."""

    counts: Mapping[str, int]
    seconds: float
    cpu_s: Mapping[str, float]
    """By program; idle time included."""
    database_bytes: int
    wal_bytes: int
    stream_bytes: int
    events: int


@dataclass(frozen=True)
class Comparison:
    """One thing that runs out: foretold from the costs, and measured."""

    what: str
    foretold: float
    measured: float

    @property
    def off(self) -> float:
        """How far the forecast is off, by what was measured; positive where it foretold more."""
        return self.foretold / self.measured - 1


def compare(figures: Figures, run: Run) -> list[Comparison]:
    """Everything that is both reckoned and measured."""

    def costs(name: str) -> float:
        return sum(float(getattr(figures.costs[kind], name)) * count for kind, count in run.counts.items())

    cpu = {
        name: idle * run.seconds
        + sum(figures.costs[kind].cpu_ms[name] * count for kind, count in run.counts.items()) / 1000
        for name, idle in figures.idle.items()
        if name != ISSUER
    }
    used = {name: run.cpu_s[name] for name in cpu}
    stored = sum(sum(figures.costs[kind].database_bytes.values()) * count for kind, count in run.counts.items())
    return [
        Comparison("CPU of all programs, s", sum(cpu.values()), sum(used.values())),
        Comparison("CPU of clue-service, s", cpu["clue-service"], used["clue-service"]),
        Comparison("CPU of PostgreSQL, s", cpu["postgres"], used["postgres"]),
        Comparison("databases, bytes", stored, run.database_bytes),
        Comparison("log of writes, bytes", costs("wal_bytes"), run.wal_bytes),
        Comparison("event stream, bytes", costs("stream_bytes"), run.stream_bytes),
        Comparison("events", costs("events"), run.events),
    ]


def furthest(found: list[Comparison]) -> Comparison:
    """The one that is furthest off."""
    return max(found, key=lambda one: abs(one.off))
