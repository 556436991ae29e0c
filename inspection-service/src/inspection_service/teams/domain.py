"""Rules of a team: its states, and who may authorise it. Dates never guard an action."""

from collections.abc import Iterable
from enum import StrEnum

from chassis.moves import Move, MoveTable

OFFICE = frozenset({"inspection_office"})
LEADERS = frozenset({"leader", "principal_leader", "deputy_leader"})


class TeamState(StrEnum):
    """``refused`` and ``replaced`` give the members back and leave the target to a new run."""

    PROPOSED = "proposed"
    SUBMITTED = "submitted"
    AUTHORISED = "authorised"
    ENTERED = "entered"
    CLOSED = "closed"
    REFUSED = "refused"
    REPLACED = "replaced"


S = TeamState

MOVES = MoveTable(
    [
        Move(
            "submit",
            frozenset({S.PROPOSED}),
            S.SUBMITTED,
            OFFICE,
            event="inspection.team.submitted.v1",
            note="asks for the round's authorisation",
        ),
        Move(
            "authorise",
            frozenset({S.SUBMITTED}),
            S.AUTHORISED,
            LEADERS,
            event="inspection.team.authorised.v1",
            note="every home unit has consented; not by who proposed the team",
        ),
        Move(
            "refuse",
            frozenset({S.PROPOSED, S.SUBMITTED}),
            S.REFUSED,
            LEADERS,
            event="inspection.team.refused.v1",
            note="the members are given back",
        ),
        Move(
            "enter",
            frozenset({S.AUTHORISED}),
            S.ENTERED,
            OFFICE | {"inspector"},
            event="inspection.team.entered.v1",
            note="every home unit has consented, also to newcomers; recusal is checked again; open briefings: a reason",
        ),
        Move(
            "close",
            frozenset({S.ENTERED}),
            S.CLOSED,
            OFFICE,
            event="inspection.team.closed.v1",
            note="the secondment ends",
        ),
        Move(
            "replace",
            frozenset({S.PROPOSED, S.SUBMITTED, S.AUTHORISED}),
            S.REPLACED,
            OFFICE,
            event="inspection.team.refused.v1",
            note="the members are given back; a new run fills the target",
        ),
    ]
)

CONSEQUENCES = MoveTable(
    [
        Move(
            "lapse",
            frozenset({S.PROPOSED, S.SUBMITTED}),
            S.REFUSED,
            event="inspection.team.refused.v1",
            note="no home unit answered in time: nobody is held any more, the target waits for a new run",
        )
    ]
)
"""What follows for a team from what others do, or leave undone."""

FINDING_MOVES = MoveTable([Move("record-finding", frozenset({S.ENTERED}), None)])
"""What a team does while it is at its unit; refused elsewhere with the state named."""

LIVE = frozenset({S.PROPOSED, S.SUBMITTED, S.AUTHORISED, S.ENTERED})
"""States in which a turned verdict matters."""
ENDS_AUTHORISATION = frozenset({"close", "replace"})
"""Moves after which nothing may be done any more in the name of the authorisation."""

SETTLE_SECONDMENT = {"enter": "activate", "close": "end", "refuse": "recall", "replace": "recall", "lapse": "recall"}
"""What a team's move means for its secondment at the talent pool."""

CONSENTED = frozenset({"approved", "active", "ended", "evaluated"})
"""States of a secondment, or of a seat, that a home unit has agreed to."""


def has_consent(secondment_state: str | None) -> bool:
    """Whether all home units have agreed to lend their people."""
    return secondment_state in CONSENTED


def homes_without_consent(seats: Iterable[tuple[str, str]]) -> list[str]:
    """Home units (of seats as (home unit, seat state)) that have not agreed, sorted."""
    return sorted({home for home, state in seats if state not in CONSENTED})
