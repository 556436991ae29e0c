"""Events of clue-service about consultations and supervisory advice; their subject matter is read over REST."""

from typing import ClassVar
from uuid import UUID

from contracts.envelope import Code, Egress, Event, Instant, UnitCode


class ConsultationEvent(Event):
    """A formal joint deliberation. Its subject matter is read over REST by those who take part."""

    key: ClassVar[str] = "consultation_id"
    egress: ClassVar[Egress] = Egress.CHECKED

    consultation_id: UUID
    kind: Code
    state: Code
    convener_unit: UnitCode
    participant_units: tuple[UnitCode, ...] = ()
    due_at: Instant | None = None


class ConsultationSubmitted(ConsultationEvent):
    """Key consultation_id. A unit asked for a consultation."""

    type: ClassVar[str] = "clue.consultation.submitted.v1"


class ConsultationScheduled(ConsultationEvent):
    """Key consultation_id. Approved and set for ``due_at``; the participants are invited."""

    type: ClassVar[str] = "clue.consultation.scheduled.v1"


class ConsultationHeld(ConsultationEvent):
    """Key consultation_id. It took place and has minutes."""

    type: ClassVar[str] = "clue.consultation.held.v1"


class ConsultationConcluded(ConsultationEvent):
    """Key consultation_id. The conclusion was approved; ``open_actions`` remain to be done."""

    type: ClassVar[str] = "clue.consultation.concluded.v1"
    open_actions: int = 0


class ConsultationClosed(ConsultationEvent):
    """Key consultation_id. All actions are done, or it was cancelled before it was held."""

    type: ClassVar[str] = "clue.consultation.closed.v1"


class AdviceEvent(Event):
    """A letter that requires a unit to fix a problem."""

    key: ClassVar[str] = "advice_id"
    egress: ClassVar[Egress] = Egress.CHECKED

    advice_id: UUID
    kind: Code
    state: Code
    issuing_unit: UnitCode
    addressed_unit: UnitCode
    reply_due: Instant | None = None


class AdviceServed(AdviceEvent):
    """Key advice_id. The letter reached the unit; its linked office and resident group learn of it."""

    type: ClassVar[str] = "clue.advice.served.v1"


class AdviceReplied(AdviceEvent):
    """Key advice_id. The unit answered in writing."""

    type: ClassVar[str] = "clue.advice.replied.v1"


class AdviceClosed(AdviceEvent):
    """Key advice_id. The reply was reviewed and found sufficient."""

    type: ClassVar[str] = "clue.advice.closed.v1"


EVENTS: tuple[type[Event], ...] = (
    ConsultationSubmitted,
    ConsultationScheduled,
    ConsultationHeld,
    ConsultationConcluded,
    ConsultationClosed,
    AdviceServed,
    AdviceReplied,
    AdviceClosed,
)
