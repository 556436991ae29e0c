"""What of the audit log an auditor reads: what the commission's people did, and all that was done with its clues."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from chassis.directory import UnitTree

from clue_service.access.policy import Viewer

_SHOWN = frozenset(
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


def shown(detail: Mapping[str, Any], hidden: Collection[UUID]) -> dict[str, Any]:
    """An entry's detail as auditors see it; a list that was read leaves out the ``hidden`` clues."""
    kept = {key: value for key, value in detail.items() if key in _SHOWN}
    if hidden and "clues" in kept:
        kept["clues"] = [one for one in kept["clues"] if UUID(one) not in hidden]
    return kept
