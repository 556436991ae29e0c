"""The life of a support request, and whether people fit the seats it asks for."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from chassis.moves import Move, MoveTable

from personnel_pool_service.cadres.domain import Demand

DRAFT, SUBMITTED, REVIEWED, PLACED = "draft", "submitted", "reviewed", "placed"
COMPLETED, REJECTED, WITHDRAWN = "completed", "rejected", "withdrawn"

REQUESTERS = frozenset(
    {"leader", "principal_leader", "deputy_leader", "case_supervisor", "inspection_office", "pool_manager", "service"}
)
REVIEWERS = frozenset({"org_department"})
PLACERS = frozenset({"org_department", "pool_manager"})

MOVES = MoveTable(
    [
        Move("submit", frozenset({DRAFT}), SUBMITTED, REQUESTERS, "pool.support_request.submitted.v1"),
        Move(
            "review",
            frozenset({SUBMITTED}),
            REVIEWED,
            REVIEWERS,
            "pool.support_request.reviewed.v1",
            note="by somebody else than the requester",
        ),
        Move("reject", frozenset({SUBMITTED, REVIEWED}), REJECTED, REVIEWERS, "pool.support_request.rejected.v1"),
        Move(
            "place",
            frozenset({REVIEWED, PLACED}),
            PLACED,
            PLACERS,
            "pool.support_request.placed.v1",
            note="proposes people for open seats as a secondment; their home units are asked next",
        ),
        Move(
            "complete",
            frozenset({PLACED}),
            COMPLETED,
            PLACERS | REQUESTERS,
            "pool.support_request.completed.v1",
            note="once everybody who came for it has returned",
        ),
        Move(
            "withdraw",
            frozenset({DRAFT, SUBMITTED, REVIEWED}),
            WITHDRAWN,
            REQUESTERS,
            "pool.support_request.withdrawn.v1",
            note="before anybody is placed; afterwards recall the secondments",
        ),
    ]
)
"""All moves of a support request. Consent, posting and evaluation are the secondments'."""

OVER = frozenset({"ended", "evaluated", "recalled"})
"""States of secondments in which nobody serves any more."""


@dataclass(frozen=True)
class Seats:
    """A demand and how many such seats are asked for."""

    demand: Demand
    count: int


@dataclass(frozen=True)
class Proposed:
    """Somebody proposed for a role, with what they bring."""

    cadre_id: UUID
    role: str
    tags: Sequence[str]
    pool_kinds: Sequence[str]


def unfit(proposed: Iterable[Proposed], seats: Sequence[Seats]) -> list[UUID]:
    """Those who fit none of the demands for their role."""
    return [
        one.cadre_id
        for one in proposed
        if not any(seat.demand.role == one.role and seat.demand.fits(one.tags, one.pool_kinds) for seat in seats)
    ]


def overfilled(roles: Iterable[str], seats: Sequence[Seats]) -> list[str]:
    """The roles with more people than seats."""
    wanted: Counter[str] = Counter()
    for seat in seats:
        wanted[seat.demand.role] += seat.count
    return sorted(role for role, count in Counter(roles).items() if count > wanted[role])
