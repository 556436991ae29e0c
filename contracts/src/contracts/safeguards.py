"""Events of clue-service about what keeps its work and those who report safe: interference, and protection."""

from typing import ClassVar
from uuid import UUID

from contracts.envelope import Code, Egress, Event, Instant, Sub, UnitCode


class InterferenceRecordEvent(Event):
    """Somebody interfered, and it was recorded. Names neither the clue nor who interfered."""

    key: ClassVar[str] = "record_id"
    egress: ClassVar[Egress] = Egress.NEVER

    record_id: UUID
    state: Code
    reviewing_commission: UnitCode
    """Whose leaders decide."""
    recorder: Sub
    recorder_unit: UnitCode


class InterferenceRecorded(InterferenceRecordEvent):
    """Key record_id. A leader who did not record it decides whether it was so."""

    type: ClassVar[str] = "clue.interference_record.recorded.v1"


class InterferenceConfirmed(InterferenceRecordEvent):
    """Key record_id. It was so; what follows is recorded next."""

    type: ClassVar[str] = "clue.interference_record.confirmed.v1"


class InterferenceDismissed(InterferenceRecordEvent):
    """Key record_id. It was none; the record stays."""

    type: ClassVar[str] = "clue.interference_record.dismissed.v1"


class InterferenceHandled(InterferenceRecordEvent):
    """Key record_id. What followed for who interfered is recorded."""

    type: ClassVar[str] = "clue.interference_record.handled.v1"


class ProtectionRequestEvent(Event):
    """Somebody asks to be protected. Names neither the clue nor a person who is protected."""

    key: ClassVar[str] = "request_id"
    egress: ClassVar[Egress] = Egress.NEVER

    request_id: UUID
    state: Code
    commission: UnitCode
    charged_unit: UnitCode | None = None
    """The unit that carries the measures out."""
    is_urgent: bool
    requester: Sub
    requester_unit: UnitCode
    due_at: Instant | None = None
    """By when it is decided, or the measures are carried out, or it is looked at again."""


class ProtectionRequested(ProtectionRequestEvent):
    """Key request_id. A leader of the commission who did not record it decides."""

    type: ClassVar[str] = "clue.protection_request.requested.v1"


class ProtectionGranted(ProtectionRequestEvent):
    """Key request_id. The charged unit carries the measures out."""

    type: ClassVar[str] = "clue.protection_request.granted.v1"


class ProtectionRefused(ProtectionRequestEvent):
    """Key request_id. Nothing is done."""

    type: ClassVar[str] = "clue.protection_request.refused.v1"


class ProtectionStepTaken(ProtectionRequestEvent):
    """Key request_id. One of several measures was carried out; others are still due."""

    type: ClassVar[str] = "clue.protection_request.step_taken.v1"


class ProtectionCameIntoForce(ProtectionRequestEvent):
    """Key request_id. All measures were carried out."""

    type: ClassVar[str] = "clue.protection_request.came_into_force.v1"


class ProtectionRenewed(ProtectionRequestEvent):
    """Key request_id. It goes on until a later day."""

    type: ClassVar[str] = "clue.protection_request.renewed.v1"


class ProtectionEnded(ProtectionRequestEvent):
    """Key request_id. It was ended or withdrawn: nothing is due any more."""

    type: ClassVar[str] = "clue.protection_request.ended.v1"


EVENTS: tuple[type[Event], ...] = (
    InterferenceRecorded,
    InterferenceConfirmed,
    InterferenceDismissed,
    InterferenceHandled,
    ProtectionRequested,
    ProtectionGranted,
    ProtectionRefused,
    ProtectionStepTaken,
    ProtectionCameIntoForce,
    ProtectionRenewed,
    ProtectionEnded,
)
