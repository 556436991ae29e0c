"""The life of a replacement plan: options drawn up, one of them carried out at the talent pool, or not."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from chassis.moves import Move, MoveTable

OFFICE = frozenset({"inspection_office"})

EMPTY_SEAT = "empty_seat"
"""Cause of a plan in which nobody drops out."""
CHIEFS = frozenset({"leader", "deputy_leader"})
REPLACEABLE_STATES = ("proposed", "submitted", "authorised", "entered")
AUTHORISED_STATES = ("authorised", "entered")


class PlanState(StrEnum):
    """``refused``: the talent pool said no; the seat stays open and another plan may be drawn up."""

    OPEN = "open"
    CARRYING_OUT = "carrying_out"
    CARRIED_OUT = "carried_out"
    REFUSED = "refused"
    DISMISSED = "dismissed"


P = PlanState

MOVES = MoveTable(
    [
        Move("carry-out", frozenset({P.OPEN}), P.CARRYING_OUT, OFFICE, note="asks the talent pool to change the seats"),
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


def touches_chiefs(option: dict[str, Any]) -> bool:
    """Whether a chief's seat changes: an authorisation names the chiefs."""
    return any(change["role"] in CHIEFS for change in option["changes"])
