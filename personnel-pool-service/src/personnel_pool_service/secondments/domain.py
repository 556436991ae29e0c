"""The life of a secondment and of its seats. The posting is one; consent is given home unit by home unit."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from chassis.moves import Move, MoveTable

from personnel_pool_service.bookings.domain import Period

REQUESTED = "requested"
REPLACEMENT_WANTED = "replacement_wanted"
APPROVED = "approved"
ACTIVE = "active"
RECALLED = "recalled"
ENDED = "ended"
EVALUATED = "evaluated"

APPROVERS = frozenset({"home_unit_approver", "leader", "principal_leader", "deputy_leader"})
"""For the seats of their own unit and of the units below it."""
LENDERS = frozenset({"pool_manager", "service"})
USERS = LENDERS | {"inspection_office"}

_DECIDING = frozenset({REQUESTED, REPLACEMENT_WANTED, APPROVED, ACTIVE})
_PENDING = frozenset({REQUESTED, REPLACEMENT_WANTED})

MOVES = MoveTable(
    [
        Move(
            "approve",
            _DECIDING,
            None,
            APPROVERS,
            "pool.secondment.approved.v1",
            note="own unit's seats; approved once every seat is; who joins a posting that has begun serves at once; "
            "repeating it changes nothing",
        ),
        Move(
            "refuse",
            _DECIDING,
            None,
            APPROVERS,
            "pool.secondment.refused.v1",
            note="own unit's seats, with a reason; their people are free again and a replacement is wanted; who serves "
            "already is recalled instead; repeating it changes nothing",
        ),
        Move(
            "replace",
            _DECIDING,
            None,
            LENDERS,
            "pool.secondment.requested.v1",
            note="fills freed seats with other cadres, or seats nobody sat in; requested once none is open; one that "
            "has begun goes on, and who joins it is taken from the next day",
        ),
        Move("activate", frozenset({APPROVED}), ACTIVE, USERS, "pool.secondment.activated.v1"),
        Move(
            "recall",
            _PENDING | {APPROVED, ACTIVE},
            None,
            LENDERS | APPROVERS,
            "pool.secondment.recalled.v1",
            note="everybody, which ends it, or some, whose seats wait for others; home units their own people only",
        ),
        Move(
            "extend",
            frozenset({APPROVED, ACTIVE}),
            None,
            LENDERS,
            "pool.secondment.extended.v1",
            note="a later last day, within the limit, the quota and everybody's other bookings",
        ),
        Move("end", frozenset({ACTIVE}), ENDED, USERS, "pool.secondment.ended.v1", note="frees the days that remain"),
        Move("evaluate", frozenset({ENDED}), EVALUATED, USERS, "pool.secondment.evaluated.v1"),
    ]
)
"""All moves of a secondment; routes are registered from it."""


class SeatState(StrEnum):
    """Where a seat stands. Those that hold days have a booking."""

    REQUESTED = "requested"
    APPROVED = "approved"
    ACTIVE = "active"
    REFUSED = "refused"
    RECALLED = "recalled"
    REPLACED = "replaced"
    ENDED = "ended"
    EVALUATED = "evaluated"


HOLDING = frozenset({SeatState.REQUESTED, SeatState.APPROVED, SeatState.ACTIVE})
"""Seats whose people are wanted or serving."""
OPEN = frozenset({SeatState.REFUSED, SeatState.RECALLED})
"""Freed seats that wait for somebody else."""


@dataclass(frozen=True)
class Member:
    """Whom a request wants, for which seat."""

    cadre_id: UUID
    role: str


@dataclass(frozen=True)
class Replacement:
    """Who takes the freed seat of whom; without ``replaces`` a seat of this role that nobody sat in."""

    replaces: UUID | None
    cadre_id: UUID
    role: str | None = None


@dataclass(frozen=True)
class Evaluation:
    """What the using unit says about somebody after the posting."""

    cadre_id: UUID
    grade: str
    comment: str | None = None


def state_of_seats(states: Iterable[SeatState]) -> str:
    """The state of a secondment before it is active: the least advanced of its seats decides."""
    present = set(states) - {SeatState.REPLACED}
    if present & OPEN:
        return REPLACEMENT_WANTED
    return REQUESTED if SeatState.REQUESTED in present else APPROVED


def state_after(status: str, states: Iterable[SeatState]) -> str:
    """The state after some seats changed: a posting that has begun goes on, also while its seats wait for others."""
    return ACTIVE if status == ACTIVE else state_of_seats(states)


def days_of_newcomers(status: str, period: Period, today: date) -> Period | None:
    """The days of whoever is put into a seat: the whole period, or what is left from tomorrow once it has begun.

    None: nothing is left.
    """
    if status != ACTIVE:
        return period
    first = max(period.first, today + timedelta(days=1))
    return Period(first, period.last) if first <= period.last else None


def repeated(members: Sequence[UUID]) -> list[int]:
    """The places in a list where somebody appears again."""
    seen: set[UUID] = set()
    places = []
    for index, cadre_id in enumerate(members):
        if cadre_id in seen:
            places.append(index)
        seen.add(cadre_id)
    return places
