"""Rules of a round: its states, its length, its seats. Dates never guard an action."""

from datetime import date, timedelta
from enum import StrEnum

from chassis.moves import Move, MoveTable

from chassis import clock

OFFICE = frozenset({"inspection_office"})
LEADERS = frozenset({"leader", "principal_leader", "deputy_leader"})


class RoundState(StrEnum):
    """The stages of domain terms; ``closed`` ends the authorisations given for the round."""

    PLANNED = "planned"
    APPROVED = "approved"
    AUTHORISED = "authorised"
    BRIEFED = "briefed"
    ENTERED = "entered"
    FINDING = "finding"
    REPORTING = "reporting"
    DECIDED = "decided"
    FED_BACK = "fed_back"
    RECTIFYING = "rectifying"
    EVALUATED = "evaluated"
    CLOSED = "closed"


S = RoundState
_UNDERWAY = frozenset({S.ENTERED, S.FINDING, S.REPORTING, S.DECIDED, S.FED_BACK, S.RECTIFYING, S.EVALUATED})

MOVES = MoveTable(
    [
        Move("approve", frozenset({S.PLANNED}), S.APPROVED, OFFICE | LEADERS, note="the plan is approved"),
        Move(
            "authorise",
            frozenset({S.PLANNED, S.APPROVED}),
            S.AUTHORISED,
            LEADERS,
            event="inspection.round.authorised.v1",
            note="also follows from authorising the first team",
        ),
        Move(
            "brief",
            frozenset({S.AUTHORISED}),
            S.BRIEFED,
            OFFICE,
            note="the teams know what petition, case-management and other offices know of their units",
        ),
        Move(
            "report",
            frozenset({S.ENTERED, S.FINDING}),
            S.REPORTING,
            OFFICE,
            event="inspection.round.reported.v1",
            note="the teams report",
        ),
        Move(
            "decide",
            frozenset({S.REPORTING}),
            S.DECIDED,
            LEADERS,
            event="inspection.round.decided.v1",
            note="the dispatching Party body decides",
        ),
        Move(
            "feed-back",
            frozenset({S.DECIDED}),
            S.FED_BACK,
            OFFICE,
            event="inspection.round.fed_back.v1",
            note="results go to the unit and to its head",
        ),
        Move("rectify", frozenset({S.FED_BACK}), S.RECTIFYING, OFFICE, note="the unit puts right"),
        Move("evaluate", frozenset({S.RECTIFYING}), S.EVALUATED, OFFICE | LEADERS, note="rectification is evaluated"),
        Move(
            "close",
            _UNDERWAY,
            S.CLOSED,
            OFFICE | LEADERS,
            event="inspection.round.closed.v1",
            note="every team has closed; authorisations end",
        ),
    ]
)
"""What people do with a round."""

CONSEQUENCES = MoveTable(
    [
        Move("authorise", frozenset({S.PLANNED, S.APPROVED}), S.AUTHORISED, event="inspection.round.authorised.v1"),
        Move("brief", frozenset({S.AUTHORISED}), S.BRIEFED),
        Move(
            "enter",
            frozenset({S.PLANNED, S.APPROVED, S.AUTHORISED, S.BRIEFED}),
            S.ENTERED,
            event="inspection.round.entered.v1",
        ),
        Move("find", frozenset({S.ENTERED}), S.FINDING),
        Move("rectify", frozenset({S.FED_BACK}), S.RECTIFYING),
    ]
)
"""What follows for the round from the first team, briefing, finding or rectification item that does it.

In any other state nothing follows.
"""

_BEFORE_REPORT = frozenset({S.PLANNED, S.APPROVED, S.AUTHORISED, S.BRIEFED, S.ENTERED, S.FINDING})
_BEFORE_FEEDBACK = _BEFORE_REPORT | {S.REPORTING, S.DECIDED}
EARLY = frozenset({S.PLANNED, S.APPROVED, S.AUTHORISED, S.BRIEFED, S.ENTERED, S.FINDING})
"""While the round is in one of these a hand-over is early; afterwards it is final."""
TOLD = frozenset({S.FED_BACK, S.RECTIFYING, S.EVALUATED, S.CLOSED})
"""States in which the unit knows the result, so that it can be asked to put things right."""

DEFAULT_SEATS = (("leader", 1), ("deputy_leader", 1), ("liaison", 1), ("member", 3))


end_of_day = clock.end_of_day
"""(day, zone) → the last second of a civil day, in UTC."""


months_later = clock.months_after
"""(day, months) → the same day of a later month, or that month's last day."""


def report_due_on(state: str, ends_on: date, days: int) -> date | None:
    """The day by which the teams owe their report; None once they have reported."""
    return ends_on + timedelta(days=days) if state in _BEFORE_REPORT else None


def feedback_due_on(state: str, ends_on: date, days: int) -> date | None:
    """The day by which the units are owed the result; None once they have it."""
    return ends_on + timedelta(days=days) if state in _BEFORE_FEEDBACK else None


def days_of(starts_on: date, ends_on: date) -> int:
    """Length in days, both ends included."""
    return (ends_on - starts_on).days + 1
