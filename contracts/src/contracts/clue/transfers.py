"""What is handed over to other bodies, and what comes back."""

from typing import ClassVar
from uuid import UUID

from contracts.envelope import Code, Egress, Event, Instant, UnitCode


class TransferEvent(Event):
    """A clue on its way from one commission to another. Names no clue: each side has one of its own, with a number."""

    key: ClassVar[str] = "transfer_id"
    egress: ClassVar[Egress] = Egress.CHECKED

    transfer_id: UUID
    kind: Code
    """``forward``, ``assign_down`` or ``transfer``."""
    state: Code
    from_commission: UnitCode
    to_commission: UnitCode
    to_unit: UnitCode
    receipt_due: Instant | None = None
    """Until when the receiver takes it or sends it back, while that is open."""
    result_due: Instant | None = None
    """Until when the receiver owes a result, while one is owed."""


class TransferSent(TransferEvent):
    """Key transfer_id. Something waits for the receiver's case office."""

    type: ClassVar[str] = "clue.transfer.sent.v1"


class TransferReceived(TransferEvent):
    """Key transfer_id. The receiver registered it under a number of its own."""

    type: ClassVar[str] = "clue.transfer.received.v1"


class TransferReturned(TransferEvent):
    """Key transfer_id. The receiver sent it back; the sender's clue is registered again."""

    type: ClassVar[str] = "clue.transfer.returned.v1"


class TransferRecalled(TransferEvent):
    """Key transfer_id. The sender took it back before it was received."""

    type: ClassVar[str] = "clue.transfer.recalled.v1"


class TransferReported(TransferEvent):
    """Key transfer_id. The result came back to the sender."""

    type: ClassVar[str] = "clue.transfer.reported.v1"


class TransferDueChanged(TransferEvent):
    """Key transfer_id. ``receipt_due`` was counted anew because a rule or a calendar changed."""

    type: ClassVar[str] = "clue.transfer.due_changed.v1"
