"""Directed support: seven kinds of help, and the life of a piece of it."""

from enum import StrEnum

from chassis.moves import Move, MoveTable

REQUESTED, TRIAGED, APPROVED, MATCHED, ACTIVE = "requested", "triaged", "approved", "matched", "active"
COMPLETED, EVALUATED, REJECTED, WITHDRAWN = "completed", "evaluated", "rejected", "withdrawn"


class Kind(StrEnum):
    """What kind of help."""

    PERSONNEL = "personnel"
    AUDIT = "audit"
    TECHNICAL_DATA = "technical_data"
    MEASURES = "measures"
    LEGAL_REVIEW = "legal_review"
    LOCAL_COORDINATION = "local_coordination"
    INFORMATION = "information"


LEADERS = frozenset({"leader", "principal_leader", "deputy_leader"})
REQUESTERS = LEADERS | {"handler", "case_supervisor", "inspection_office", "inspector", "service"}
COORDINATORS = frozenset({"org_department", "pool_manager", "case_supervisor"})

_MOVED = "pool.directed_support.moved.v1"

MOVES = MoveTable(
    [
        Move("triage", frozenset({REQUESTED}), TRIAGED, COORDINATORS, _MOVED),
        Move(
            "approve",
            frozenset({TRIAGED}),
            APPROVED,
            LEADERS,
            _MOVED,
            note="by somebody else than the requester; the personnel kind becomes a support request",
        ),
        Move(
            "reject",
            frozenset({REQUESTED, TRIAGED}),
            REJECTED,
            COORDINATORS | LEADERS,
            "pool.directed_support.rejected.v1",
            note="with a reason",
        ),
        Move("match", frozenset({APPROVED}), MATCHED, COORDINATORS, _MOVED, note="names the unit that helps"),
        Move("start", frozenset({MATCHED}), ACTIVE, COORDINATORS | REQUESTERS, _MOVED),
        Move(
            "complete",
            frozenset({ACTIVE}),
            COMPLETED,
            COORDINATORS | REQUESTERS,
            "pool.directed_support.completed.v1",
            note="for personnel once everybody has returned",
        ),
        Move("evaluate", frozenset({COMPLETED}), EVALUATED, REQUESTERS, "pool.directed_support.evaluated.v1"),
        Move("withdraw", frozenset({REQUESTED, TRIAGED, APPROVED, MATCHED}), WITHDRAWN, REQUESTERS, _MOVED),
    ]
)
"""All moves of directed support."""
