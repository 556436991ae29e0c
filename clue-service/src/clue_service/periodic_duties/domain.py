"""What a case office does for every month or quarter: results back to the petition office, reconciliation. Pure.

Each period is an item of its own, so that one that was missed stays owed when the next begins.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from chassis.clock import months_after

from clue_service.access.policy import LEADERS
from clue_service.deadlines.domain import PETITION_RESULTS, RECONCILIATION, DueRule
from clue_service.proceedings.domain import PartMoves, row

ITEM = "periodic_duty"


class DutyState(StrEnum):
    """``stopped``: whoever arranged it decided that nothing is owed any more."""

    OPEN = "open"
    MET = "met"
    STOPPED = "stopped"


class Kind(StrEnum):
    """What is owed: results of petitioned clues to the petition office; a check of what both hold with an office."""

    PETITION_RESULTS = "petition_results"
    RECONCILIATION = "reconciliation"


class Every(StrEnum):
    """How often."""

    MONTH = "month"
    QUARTER = "quarter"


class Part(StrEnum):
    """What a caller is to a duty: the case office, a leader of the commission, or in the unit it is done with."""

    OFFICE = "office"
    LEADER = "leader"
    UNIT = "unit"


S = DutyState
RULE_OF_KIND: Mapping[Kind, DueRule] = {
    Kind.PETITION_RESULTS: PETITION_RESULTS,
    Kind.RECONCILIATION: RECONCILIATION,
}
USUAL: Mapping[Kind, Every] = {Kind.PETITION_RESULTS: Every.QUARTER, Kind.RECONCILIATION: Every.MONTH}
ALLOWED: Mapping[Kind, frozenset[Every]] = {
    Kind.PETITION_RESULTS: frozenset({Every.QUARTER}),
    Kind.RECONCILIATION: frozenset(Every),
}
"""The article says each quarter; how often a case office reconciles is its own choice."""
_MONTHS: Mapping[Every, int] = {Every.MONTH: 1, Every.QUARTER: 3}
SUPERVISORS = frozenset({"case_supervisor"})
_OFFICERS = SUPERVISORS | {"intake_officer"}


@dataclass(frozen=True)
class Period:
    """A calendar month or quarter."""

    first: date
    last: date


def period_of(every: Every, day: date) -> Period:
    """The calendar month or quarter a day lies in."""
    months = _MONTHS[every]
    first = date(day.year, (day.month - 1) // months * months + 1, 1)
    return Period(first, months_after(first, months) - timedelta(days=1))


def period_after(every: Every, last: date) -> Period:
    """The period that follows one that ends on a day."""
    return period_of(every, last + timedelta(days=1))


def event(name: str) -> str:
    """The type of an event of a duty."""
    return f"clue.periodic_duty.{name}.v1"


MOVES = PartMoves(
    (
        row(
            "meet", [S.OPEN], S.MET, ((_OFFICERS, Part.OFFICE),), event("met"),
            "it was done for this period: the day, and the number it is filed under",
        ),
        row(
            "stop", [S.OPEN, S.MET], None, ((SUPERVISORS, Part.OFFICE), (LEADERS, Part.LEADER)), event("stopped"),
            "the latest period alone; none follows it, and of this one nothing is owed any more",
        ),
    )
)  # fmt: skip
