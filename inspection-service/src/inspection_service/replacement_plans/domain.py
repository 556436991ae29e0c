"""The life of a replacement plan: options drawn up, one of them carried out at the talent pool, or not."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from chassis.moves import Move, MoveTable

OFFICE = frozenset({"inspection_office"})
LEADERS = frozenset({"leader", "principal_leader", "deputy_leader"})

EMPTY_SEAT = "empty_seat"
"""Cause of a plan in which nobody drops out."""
AFTERTHOUGHTS = frozenset({"recalled", "suspended", "left_the_pool"})
"""Causes told by events that may follow from what a plan has done: whom a plan is about gets no second one."""
CHIEFS = frozenset({"leader", "deputy_leader"})
REPLACEABLE_STATES = ("proposed", "submitted", "authorised", "entered")
AUTHORISED_STATES = ("authorised", "entered")
AT_ITS_UNIT = "entered"


class PlanState(StrEnum):
    """``refused``: the talent pool said no; the seat stays open and another plan may be drawn up."""

    OPEN = "open"
    CARRYING_OUT = "carrying_out"
    CARRIED_OUT = "carried_out"
    REFUSED = "refused"
    DISMISSED = "dismissed"


P = PlanState
UNFINISHED = frozenset({P.OPEN, P.CARRYING_OUT})

MOVES = MoveTable(
    [
        Move("carry-out", frozenset({P.OPEN}), P.CARRYING_OUT, OFFICE, note="asks the talent pool to change the seats"),
        Move(
            "authorise",
            frozenset({P.OPEN}),
            None,
            LEADERS,
            note="agrees to the exchange of an authorised team's chiefs by one option; not by who drew the plan up",
        ),
        Move("dismiss", frozenset({P.OPEN}), P.DISMISSED, OFFICE, note="nothing changes"),
    ]
)


def is_one_for_one(option: dict[str, Any], out: list[str]) -> bool:
    """Whether every change puts somebody new into the seat of a drop-out or an empty one: what the pool can do."""
    leaving = {change["out"] for change in option["changes"] if change["out"]}
    coming = {change["cadre_id"] for change in option["changes"]}
    return leaving == set(out) and not leaving & coming


def empty_seats(demands: Iterable[Mapping[str, Any]], members: int) -> int:
    """How many seats of a target's demands nobody sits in."""
    return max(0, sum(int(demand["count"]) for demand in demands) - members)


def vacancies_filled(option: dict[str, Any]) -> int:
    """How many seats that nobody sat in an option fills."""
    return sum(not change["out"] for change in option["changes"])


def needs_authorisation(option: dict[str, Any], team_state: str) -> bool:
    """Whether a leader must agree first: the authorisation of a team names its chiefs."""
    return team_state in AUTHORISED_STATES and any(change["role"] in CHIEFS for change in option["changes"])


def first_day_of_newcomers(team_state: str, today: date) -> date | None:
    """From when the talent pool lends whoever comes: the next day, once the team is at its unit; None: all along."""
    return today + timedelta(days=1) if team_state == AT_ITS_UNIT else None
