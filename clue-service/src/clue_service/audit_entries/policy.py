"""What of the audit log an auditor reads: what the commission's people did, and all that was done with its clues."""

from dataclasses import dataclass

from chassis.directory import UnitTree

from clue_service.access.policy import Viewer

SHOWN = frozenset(
    {
        "from", "to", "closure", "version", "clues", "count", "decision", "outcome", "cadres", "lines", "parts",
        "expires_at", "proven", "seals", "faults", "filters", "rows", "kind",
    }
)  # fmt: skip
"""What an entry's detail may show. Counts of what other commissions hold stay inside."""


@dataclass(frozen=True)
class AuditScope:
    """A commission and its units."""

    commission: str
    units: frozenset[str]


def scope_of(viewer: Viewer, tree: UnitTree) -> AuditScope | None:
    """What the auditor may read; None where the auditor's unit is not in the directory: nothing."""
    if viewer.commission is None:
        return None
    units = (unit.code for unit in tree if tree.commission(unit.code) == viewer.commission)
    return AuditScope(viewer.commission, frozenset(units))
