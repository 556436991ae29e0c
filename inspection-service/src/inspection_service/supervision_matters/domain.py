"""The five mechanisms of a supervision matter as one table of guarded moves.

1 planning and deciding: ``decide``; 2 coordinated advancing: ``assign-task``, ``start``; 3 study at the supervision
meeting: ``discuss``; 4 regular reporting: ``report``; 5 effect evaluation: ``evaluate``, then ``close``, ``rectify`` or
``carry-over``.
"""

from collections.abc import Collection, Iterable
from datetime import date
from enum import StrEnum

from chassis.moves import Move, MoveTable

LEADERS = frozenset({"leader", "principal_leader", "deputy_leader"})
OFFICES = frozenset({"inspection_office", "case_supervisor"})
HANDLERS = frozenset({"handler", "inspector"}) | LEADERS | OFFICES


class MatterState(StrEnum):
    """``closed`` may be reopened by a recurrence; ``carried_over`` goes on in a later period."""

    PROPOSED = "proposed"
    DECIDED = "decided"
    IN_PROGRESS = "in_progress"
    EVALUATED = "evaluated"
    RECTIFYING = "rectifying"
    CARRIED_OVER = "carried_over"
    CLOSED = "closed"


S = MatterState
_AT_WORK = frozenset({S.IN_PROGRESS, S.RECTIFYING})

MOVES = MoveTable(
    [
        Move(
            "decide",
            frozenset({S.PROPOSED}),
            S.DECIDED,
            LEADERS,
            event="inspection.matter.decided.v1",
            note="the standing committee's decision, by its minutes, names the lead",
        ),
        Move("assign-task", frozenset({S.DECIDED, *_AT_WORK}), None, HANDLERS, note="splits the work among the units"),
        Move(
            "start",
            frozenset({S.DECIDED, S.CARRIED_OVER}),
            S.IN_PROGRESS,
            HANDLERS,
            note="a task is assigned; no other matter of the theme covers the unit in the period, or a reason is given",
        ),
        Move("discuss", _AT_WORK, None, HANDLERS, note="study at the supervision meeting, with agenda and minutes"),
        Move(
            "report",
            _AT_WORK,
            None,
            HANDLERS,
            event="inspection.matter.reported.v1",
            note="a periodic progress report of a unit at work on it",
        ),
        Move("raise-difficulty", _AT_WORK, None, HANDLERS, note="becomes directed support or a consultation"),
        Move(
            "evaluate",
            _AT_WORK,
            S.EVALUATED,
            HANDLERS,
            event="inspection.matter.evaluated.v1",
            note="by a unit that does not handle it; discussed, and reported on to date",
        ),
        Move(
            "close",
            frozenset({S.EVALUATED}),
            S.CLOSED,
            LEADERS,
            event="inspection.matter.closed.v1",
            note="only where the evaluation found it effective",
        ),
        Move("rectify", frozenset({S.EVALUATED}), S.RECTIFYING, LEADERS, note="what the evaluation found is put right"),
        Move(
            "carry-over",
            frozenset({S.EVALUATED, *_AT_WORK}),
            S.CARRIED_OVER,
            LEADERS,
            note="goes on in a later period",
        ),
        Move(
            "reopen",
            frozenset({S.CLOSED}),
            S.IN_PROGRESS,
            LEADERS | OFFICES,
            event="inspection.matter.reopened.v1",
            note="the problem came back; also follows from proposing the same theme for the same unit",
        ),
    ]
)

RECURRENCE_DAYS = 730
"""How long after its closing a matter of the same theme and unit counts as a recurrence."""


def reports_due(started_on: date, today: date, ends_on: date, every_days: int) -> int:
    """How many periodic reports have fallen due from the start up to today, or to the end of the period."""
    return max(0, (min(today, ends_on) - started_on).days // every_days)


def is_independent(unit: str | None, lead: str | None, co_units: Collection[str]) -> bool:
    """Whether a unit may evaluate: it neither leads nor works on the matter."""
    return unit is not None and unit != lead and unit not in co_units


def covers_same(scope: Iterable[str], other: Iterable[str]) -> bool:
    """Whether two matters are about a common unit."""
    return not set(scope).isdisjoint(other)
