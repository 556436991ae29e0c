"""The life of a waiver: proposed by those who assemble, granted by a leader who is somebody else."""

from chassis.moves import Move, MoveTable

PROPOSED, GRANTED, REFUSED, REVOKED = "proposed", "granted", "refused", "revoked"

PROPOSERS = frozenset({"inspection_office", "pool_manager", "org_department"})
GRANTERS = frozenset({"leader", "principal_leader", "deputy_leader"})
READERS = PROPOSERS | GRANTERS

MOVES = MoveTable(
    [
        Move("grant", frozenset({PROPOSED}), GRANTED, GRANTERS, note="by somebody else than the proposer"),
        Move("refuse", frozenset({PROPOSED}), REFUSED, GRANTERS),
        Move("revoke", frozenset({PROPOSED, GRANTED}), REVOKED, GRANTERS | PROPOSERS),
    ]
)
"""All moves of a waiver."""
