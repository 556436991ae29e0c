"""How often people interfered and reporters asked for protection: a pure function of what was dated up to a day."""

from dataclasses import dataclass
from typing import Any

from clue_service.statistics.domain import SMALLEST, Counts, Scope, protected, shown_total


@dataclass(frozen=True)
class SafeguardCounts:
    """Counts by code: what was recorded in the period, and what was decided in it."""

    interference: int
    by_kind: Counts
    by_standing: Counts
    interference_steps: Counts
    protections: int
    by_threat: Counts
    by_protected: Counts
    protection_steps: Counts


BREAKDOWNS = ("by_kind", "by_standing", "interference_steps", "by_threat", "by_protected", "protection_steps")


def document_of(scope: Scope, counts: SafeguardCounts) -> dict[str, Any]:
    """The counts as they are told; what is too small to show is None."""
    return {
        "commission": scope.commission,
        "levels": list(scope.levels),
        "period_from": scope.first.isoformat(),
        "period_to": scope.last.isoformat(),
        "as_of": scope.as_of.isoformat(),
        "smallest_cell": SMALLEST,
        "interference": shown_total(counts.interference),
        "protections": shown_total(counts.protections),
        **{name: protected(getattr(counts, name)) for name in BREAKDOWNS},
    }
