"""Rules of a round: its states, its length, its seats. Dates never guard an action."""

from datetime import date
from enum import StrEnum

from chassis.moves import Move, MoveTable

OFFICE = frozenset({"inspection_office"})
LEADERS = frozenset({"leader", "principal_leader", "deputy_leader"})


class RoundState(StrEnum):
    """The stages of domain terms; ``closed`` ends the authorisations given for the round."""

    PLANNED = "planned"
    APPROVED = "approved"
    AUTHORISED = "authorised"
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
        Move("report", frozenset({S.ENTERED, S.FINDING}), S.REPORTING, OFFICE, note="the teams report"),
        Move("decide", frozenset({S.REPORTING}), S.DECIDED, LEADERS, note="the dispatching Party body decides"),
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
        Move("enter", frozenset({S.PLANNED, S.APPROVED, S.AUTHORISED}), S.ENTERED, event="inspection.round.entered.v1"),
        Move("find", frozenset({S.ENTERED}), S.FINDING),
    ]
)
"""What follows for the round from the first team or finding that does it; in any other state nothing follows."""

DEFAULT_SEATS = (("leader", 1), ("deputy_leader", 1), ("liaison", 1), ("member", 3))


def days_of(starts_on: date, ends_on: date) -> int:
    """Length in days, both ends included."""
    return (ends_on - starts_on).days + 1
