"""The answer to an instance, in the exchange format."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from chassis.errors import Text

from inspection_service.assembly.progress import Seat, relative_gap


class Status(StrEnum):
    """``unknown``: neither a lawful proposal nor a proof that there is none was found in time."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class ConflictRow:
    """One demand of a conflict: a team's label, a team's role, a team's share of a home unit, or a home unit's cap."""

    team: str | None = None
    label: str | None = None
    role: str | None = None
    home_unit: int | None = None

    def as_json(self) -> dict[str, Any]:
        """Only the keys that say something; home units go by their index in the instance."""
        parts = {"team": self.team, "label": self.label, "role": self.role, "home_unit": self.home_unit}
        return {key: value for key, value in parts.items() if value is not None}


@dataclass(frozen=True)
class Solution:
    """Status, teams, objective with its proven bound, or the conflict and its sentence."""

    status: Status
    seconds: float
    objective: float | None = None
    bound: float | None = None
    seats: tuple[Seat, ...] = ()
    conflict: tuple[ConflictRow, ...] = ()
    conflict_is_minimal: bool = False
    sentence: Text | None = None
    is_drawn: bool = False
    """Whether lots decided exactly among all equally good proposals; False also where there was no proof of points."""
    solver: str = ""
    salt: str = ""

    @property
    def gap(self) -> float | None:
        """0 for a proven optimum."""
        return relative_gap(self.objective, self.bound)

    def as_json(self) -> dict[str, Any]:
        """The one JSON object of the exchange format; the sentence in Chinese, a line break, then English."""
        return {
            "status": str(self.status),
            "objective": _plain(self.objective),
            "bound": _plain(self.bound),
            "gap": self.gap,
            "seconds": round(self.seconds, 3),
            "is_drawn": self.is_drawn,
            "assignments": [{"person": s.person, "team": s.team, "role": s.role} for s in self.seats],
            "conflict": [row.as_json() for row in self.conflict],
            "sentence": None if self.sentence is None else f"{self.sentence.zh}\n{self.sentence.en}",
        }


def _plain(value: float | None) -> float | int | None:
    """Whole numbers without a decimal point."""
    if value is None:
        return None
    nearest = round(value)
    return nearest if abs(value - nearest) < 1e-6 else value
