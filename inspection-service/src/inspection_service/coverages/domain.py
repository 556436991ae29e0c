"""Rules of coverage: when a unit was inspected, when it is due again. A look-back looks at the last round, not anew."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from chassis.directory import Unit, UnitTree

from inspection_service.involvements.policy import Viewer
from inspection_service.rounds.domain import months_later

INSPECTED_TYPES = frozenset({"supervised_unit"})
COUNTING_TYPES = frozenset({"regular", "special", "mobile"})
"""Rounds that cover a unit."""


class CoverageStatus(StrEnum):
    """``never``: not inspected as far as is recorded, and no first date was set."""

    NEVER = "never"
    COVERED = "covered"
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    UNDER_WAY = "under_way"


@dataclass(frozen=True)
class Inspection:
    """One round on one unit. ``closed_on`` None: it is not over on the day asked about."""

    round_id: UUID
    unit_code: str
    round_type: str
    state: str
    closed_on: date | None


@dataclass(frozen=True)
class Coverage:
    """How a unit stands on a day."""

    unit_code: str
    status: CoverageStatus
    inspections: int
    last: Inspection | None
    current: Inspection | None
    interval_months: int
    next_due_on: date | None


def coverage_of(
    unit_code: str,
    inspections: Sequence[Inspection],
    *,
    interval_months: int,
    first_due_on: date | None,
    day: date,
    warning_days: int,
) -> Coverage:
    """How a unit stands on ``day``, from its rounds up to then, oldest first."""
    counting = [one for one in inspections if one.round_type in COUNTING_TYPES]
    past = [one for one in counting if one.closed_on is not None]
    current = next((one for one in reversed(inspections) if one.closed_on is None), None)
    last = max(past, key=lambda one: (one.closed_on or date.min, str(one.round_id)), default=None)
    due = months_later(last.closed_on, interval_months) if last and last.closed_on else first_due_on
    if current is not None and current.round_type in COUNTING_TYPES:
        status = CoverageStatus.UNDER_WAY
    elif due is None:
        status = CoverageStatus.NEVER
    elif due < day:
        status = CoverageStatus.OVERDUE
    elif due <= day + timedelta(days=warning_days):
        status = CoverageStatus.DUE_SOON
    else:
        status = CoverageStatus.COVERED
    return Coverage(unit_code, status, len(past), last, current, interval_months, due)


def units_to_cover(viewer: Viewer, tree: UnitTree) -> list[Unit]:
    """The units whose coverage is the caller's business: below the Party committee the caller's office belongs to."""
    roots = {root for office in viewer.offices for root in _committee_of(tree, office)}
    found = [
        unit
        for unit in tree
        if unit.unit_type in INSPECTED_TYPES
        and (viewer.sees_everything or any(tree.is_within(unit.code, root) for root in roots))
    ]
    return sorted(found, key=lambda unit: unit.code)


def _committee_of(tree: UnitTree, office: str) -> list[str]:
    unit = tree.find(office)
    if unit is None or unit.unit_type != "inspection_office" or unit.parent_code is None:
        return []
    return [unit.parent_code]
