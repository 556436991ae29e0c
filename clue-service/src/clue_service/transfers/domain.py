"""Rules of transfers between commissions: kinds, states, moves, what comes back. Pure."""

from enum import StrEnum
from uuid import UUID

from chassis.moves import Move, MoveTable


class TransferKind(StrEnum):
    """``forward`` wants no result back; the other two do."""

    FORWARD = "forward"
    ASSIGN_DOWN = "assign_down"
    TRANSFER = "transfer"


class TransferState(StrEnum):
    """``sent`` stays for a body outside until its result is recorded."""

    SENT = "sent"
    RECEIVED = "received"
    RETURNED = "returned"
    RECALLED = "recalled"
    REPORTED = "reported"


T = TransferState
_OFFICE = frozenset({"intake_officer", "case_supervisor"})

TRANSFER_MOVES = MoveTable(
    [
        Move("receive", frozenset({T.SENT}), T.RECEIVED, _OFFICE, "clue.transfer.received.v1"),
        Move("return", frozenset({T.SENT, T.RECEIVED}), T.RETURNED, _OFFICE, "clue.transfer.returned.v1"),
        Move("recall", frozenset({T.SENT}), T.RECALLED, _OFFICE, "clue.transfer.recalled.v1"),
        Move("report", frozenset({T.RECEIVED, T.REPORTED}), T.REPORTED, event="clue.transfer.reported.v1"),
        Move("record-result", frozenset({T.SENT}), T.REPORTED, _OFFICE, "clue.transfer.reported.v1"),
    ]
)
WANTS_RESULT = frozenset({TransferKind.ASSIGN_DOWN, TransferKind.TRANSFER})
"""Kinds after which the sender waits for a result."""


def is_back(kind: str, state: str) -> bool:
    """Whether all that the sender waits for has come."""
    return kind not in WANTS_RESULT or state == T.REPORTED


def content_of(transfer_id: UUID) -> str:
    """What the content of a transfer is sealed for."""
    return f"transfer:{transfer_id}"
