"""Who may read why somebody is recused: one who needs it asks, a principal leader agrees, both may read for a while."""

from datetime import datetime

from chassis.moves import Move, MoveTable

REQUESTED, APPROVED, REFUSED, CLOSED = "requested", "approved", "refused", "closed"

ASKERS = frozenset({"inspection_office", "org_department"})
APPROVERS = frozenset({"principal_leader"})

MOVES = MoveTable(
    [
        Move(
            "approve", frozenset({REQUESTED}), APPROVED, APPROVERS, note="by somebody else; opens the time of reading"
        ),
        Move("refuse", frozenset({REQUESTED}), REFUSED, APPROVERS),
        Move("close", frozenset({REQUESTED, APPROVED}), CLOSED, ASKERS | APPROVERS, note="ends the time of reading"),
    ]
)
"""All moves of an unsealing. Reading is no move: it changes nothing but the audit log."""


def may_read(
    sub: str, status: str, requested_by: str, approved_by: str | None, until: datetime | None, now: datetime
) -> bool:
    """Whether somebody may read the grounds now: one of the two, in time."""
    return status == APPROVED and sub in (requested_by, approved_by) and until is not None and now < until
