"""Workload: days of work by kind, lending included."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from personnel_pool_service.bookings.domain import Period

LENDING = "lending"


class WorkloadKind(StrEnum):
    """What somebody was busy with beside lending."""

    CASE = "case"
    INSPECTION = "inspection"
    TRAINING = "training"
    LEAVE = "leave"
    OTHER = "other"


@dataclass(frozen=True)
class Stretch:
    """Some days of one kind of work."""

    kind: str
    period: Period


def days_within(stretches: Iterable[Stretch], period: Period) -> dict[str, int]:
    """Days of each kind that fall into a period; a day counts once per kind."""
    spans: dict[str, list[Period]] = {}
    for one in stretches:
        if one.period.overlaps(period):
            first, last = max(one.period.first, period.first), min(one.period.last, period.last)
            spans.setdefault(one.kind, []).append(Period(first, last))
    return {kind: _distinct_days(found) for kind, found in sorted(spans.items())}


def _distinct_days(spans: list[Period]) -> int:
    total = 0
    reached: Period | None = None
    for span in sorted(spans):
        if reached is None or span.first > reached.last:
            total += span.days
            reached = span
        elif span.last > reached.last:
            total += (span.last - reached.last).days
            reached = Period(reached.first, span.last)
    return total
