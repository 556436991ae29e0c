"""How a running solve reports and how it is stopped: a clock, a stop signal, and messages. No solver, no numpy."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum


class Stage(StrEnum):
    """What the solver is doing."""

    READING = "reading"
    RELAXING = "relaxing"
    PROVING = "proving"
    EXPLAINING = "explaining"


@dataclass(frozen=True)
class Seat:
    """One filled seat, by the ids and names of the instance."""

    person: str
    team: str
    role: str


@dataclass(frozen=True)
class Progress:
    """A message from a running solve. ``gap`` is relative to the objective."""

    stage: Stage
    seconds: float
    objective: float | None = None
    bound: float | None = None
    seats: tuple[Seat, ...] | None = None

    @property
    def gap(self) -> float | None:
        """Distance of the bound from the objective, as a share of the objective."""
        return relative_gap(self.objective, self.bound)


def relative_gap(objective: float | None, bound: float | None) -> float | None:
    """(bound - objective) / max(1, |objective|), or None while one of them is unknown."""
    if objective is None or bound is None or not math.isfinite(bound):
        return None
    return max(0.0, (bound - objective) / max(1.0, abs(objective)))


Listener = Callable[[Progress], None]


def _silent(progress: Progress) -> None:
    del progress


def _never() -> bool:
    return False


@dataclass
class Run:
    """Time limit in seconds, stop signal and listener of one solve."""

    time_limit: float
    listener: Listener = _silent
    stop_wanted: Callable[[], bool] = _never
    # Elapsed time is not business time: the monotonic clock is right here.
    started: float = field(default_factory=time.monotonic)
    stage: Stage = Stage.READING
    objective: float | None = None
    bound: float | None = None

    @property
    def seconds(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.started

    def remaining(self) -> float:
        """Seconds left, 0 when the solve was asked to stop."""
        return 0.0 if self.stop_wanted() else max(0.0, self.time_limit - self.seconds)

    def part(self, share: float) -> "Run":
        """A silent run of its own over this share of the time left."""
        return Run(self.remaining() * share, stop_wanted=self.stop_wanted)

    def is_over(self) -> bool:
        """Whether time ran out or a stop was asked for."""
        return self.remaining() <= 0.0

    def enter(self, stage: Stage) -> None:
        """Say that a stage begins."""
        self.stage = stage
        self._tell(None)

    def know_bound(self, bound: float) -> None:
        """A proven upper limit of the objective; only better ones are told."""
        if math.isfinite(bound) and (self.bound is None or bound < self.bound - 1e-9):
            self.bound = bound
            self._tell(None)

    def know_solution(self, objective: float, seats: tuple[Seat, ...]) -> None:
        """A better lawful proposal."""
        if self.objective is None or objective > self.objective + 1e-9:
            self.objective = objective
            self._tell(seats)

    def _tell(self, seats: tuple[Seat, ...] | None) -> None:
        self.listener(Progress(self.stage, self.seconds, self.objective, self.bound, seats))
