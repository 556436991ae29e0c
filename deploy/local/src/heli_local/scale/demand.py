"""What is asked of an installation, and the figures it is reckoned with."""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Any

KINDS = ("intake", "handling", "reading")
HANDLING_REQUESTS = 5
"""Requests from acceptance to result, as `bench costs` makes them."""


class DemandRefused(Exception):
    """A demand or figure that nothing can be reckoned from; the message says which."""


@dataclass(frozen=True)
class Figure:
    """A number with where it is from: `measured` or `assumed`."""

    value: float
    origin: str
    because: str


@dataclass(frozen=True)
class Cost:
    """What one intake, one handled clue or one reading takes, events and their handling included."""

    cpu_ms: Mapping[str, float]
    database_bytes: Mapping[str, int]
    wal_bytes: int
    events: float
    stream_bytes: int


@dataclass(frozen=True)
class Figures:
    """Everything that is reckoned with."""

    costs: Mapping[str, Cost]
    idle: Mapping[str, float]
    """Share of a core that a process takes when nobody asks."""
    known: Mapping[str, Figure]
    source: str
    """The command and day of the measurement."""

    def __getitem__(self, name: str) -> float:
        return self.known[name].value

    def with_value(self, name: str, value: float) -> "Figures":
        """The same with another assumption. Raises DemandRefused."""
        if name not in self.known:
            raise DemandRefused(f"no figure {name}; there are {', '.join(sorted(self.known))}")
        if value <= 0:
            raise DemandRefused(f"{name} must be above 0")
        figure = Figure(value, "assumed", "said on the command line")
        return replace(self, known={**self.known, name: figure})


@dataclass(frozen=True)
class Demand:
    """Units, the people in them who work here, and clues on a working day; one deployment's, or divided over more."""

    name: str
    units: int
    people: int
    clues_per_day: float
    years: int = 10
    deployments: int = 1
    flood: int = 0
    """Letters that come in ten minutes on top of the busiest hour."""

    def __post_init__(self) -> None:
        for name in ("units", "people", "clues_per_day", "years", "deployments"):
            if getattr(self, name) <= 0:
                raise DemandRefused(f"{name} must be above 0")
        if self.flood < 0:
            raise DemandRefused("flood must not be below 0")

    def each(self) -> "Demand":
        """What one of the deployments is asked, if they share alike."""
        if self.deployments == 1:
            return self
        share = self.deployments
        return replace(
            self,
            name=f"{self.name}, each of {share}",
            units=-(-self.units // share),
            people=-(-self.people // share),
            clues_per_day=self.clues_per_day / share,
            flood=-(-self.flood // share),
            deployments=1,
        )


PRESETS: Mapping[str, Demand] = {
    one.name: one
    for one in (
        Demand("county", units=80, people=150, clues_per_day=4),
        Demand("city", units=1_000, people=1_500, clues_per_day=40),
        Demand("province", units=12_000, people=20_000, clues_per_day=500),
        Demand("country", units=360_000, people=500_000, clues_per_day=14_000),
        Demand("country-by-province", units=360_000, people=500_000, clues_per_day=14_000, deployments=31),
    )
}
"""Orders of magnitude, assumed: a county of 80 units, a city of a dozen counties, a province of a dozen cities. For the
country some 3.5 million letters and reports a year, the order of the figure published yearly for the whole country."""


@dataclass(frozen=True)
class Busy:
    """Requests and events per second in the busiest hour."""

    intake: float
    handling: float
    """Clues brought to a result per second; each is several requests."""
    reading: float
    events: float

    @property
    def requests(self) -> float:
        """All of them."""
        return self.intake + self.handling * HANDLING_REQUESTS + self.reading

    def of(self, kind: str) -> float:
        """The rate of a kind of cost."""
        return float(getattr(self, kind))


def busiest_hour(demand: Demand, figures: Figures) -> Busy:
    """The busiest hour of an ordinary working day of one deployment."""
    share = figures["busiest_hour"] / 3600
    intake = demand.clues_per_day * share
    handling = intake * figures["handled"]
    reading = demand.people * figures["reads_per_person"] * share
    events = sum(
        rate * figures.costs[kind].events
        for kind, rate in (("intake", intake), ("handling", handling), ("reading", reading))
    )
    return Busy(intake, handling, reading, events)


def read_figures() -> Figures:
    """What is shipped: costs as measured, and the rest with its origins."""
    folder = files("heli_local.scale")
    measured: dict[str, Any] = json.loads(folder.joinpath("costs.json").read_text(encoding="utf-8"))
    known = tomllib.loads(folder.joinpath("figures.toml").read_text(encoding="utf-8"))
    fields = ("cpu_ms", "database_bytes", "wal_bytes", "events", "stream_bytes")
    return Figures(
        costs={kind: Cost(**{name: measured["costs"][kind][name] for name in fields}) for kind in KINDS},
        idle=measured["idle_cpu_share"],
        known={name: Figure(float(one["value"]), one["origin"], one["because"]) for name, one in known.items()},
        source=f"{measured['command']} on {measured['taken']}",
    )
