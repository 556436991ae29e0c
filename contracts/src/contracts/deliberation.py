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


class ConsultationApproved(ConsultationEvent):
    """Key consultation_id. A leader agrees that it takes place; the convener schedules it."""

    type: ClassVar[str] = "clue.consultation.approved.v1"


class ConsultationRejected(ConsultationEvent):
    """Key consultation_id. A leader gave it back to the convener."""

    type: ClassVar[str] = "clue.consultation.rejected.v1"


class ConsultationScheduled(ConsultationEvent):
    """Key consultation_id. Opinions are due by ``due_at``; the participants are invited.

    Also emitted when an overlap convenes by itself; then nobody approves.
    """

    type: ClassVar[str] = "clue.consultation.scheduled.v1"
    invited: tuple[UnitCode, ...] = ()
    """The participants that learn of it by this event."""


class ConsultationInvited(ConsultationEvent):
    """Key consultation_id. More units take part; ``invited`` is empty while it is not scheduled."""

    type: ClassVar[str] = "clue.consultation.invited.v1"
    invited: tuple[UnitCode, ...] = ()


class ConsultationOpinionGiven(ConsultationEvent):
    """Key consultation_id. ``unit`` gave its opinion; what it says is sealed."""

    type: ClassVar[str] = "clue.consultation.opinion_given.v1"
    unit: UnitCode


class ConsultationOpinionsOpened(ConsultationEvent):
    """Key consultation_id. All opinions are in, or their time is up: who takes part may read them all."""

    type: ClassVar[str] = "clue.consultation.opinions_opened.v1"


class ConsultationHeld(ConsultationEvent):
    """Key consultation_id. It took place and has minutes."""

    type: ClassVar[str] = "clue.consultation.held.v1"


class ConsultationMinutesSigned(ConsultationEvent):
    """Key consultation_id. A unit that attended signed the minutes; ``state`` says whether all have."""

    type: ClassVar[str] = "clue.consultation.minutes_signed.v1"


class ConsultationConclusionProposed(ConsultationEvent):
    """Key consultation_id. A conclusion waits for a leader's approval."""

    type: ClassVar[str] = "clue.consultation.conclusion_proposed.v1"


class ConsultationConclusionRejected(ConsultationEvent):
    """Key consultation_id. A leader gave the conclusion back."""

    type: ClassVar[str] = "clue.consultation.conclusion_rejected.v1"


class ConsultationConcluded(ConsultationEvent):
    """Key consultation_id. The conclusion was approved; ``open_actions`` remain to be done."""

    type: ClassVar[str] = "clue.consultation.concluded.v1"
    open_actions: int = 0


class ConsultationClosed(ConsultationEvent):
    """Key consultation_id. Held, concluded, and all its actions are done."""

    type: ClassVar[str] = "clue.consultation.closed.v1"


class ConsultationCancelled(ConsultationEvent):
    """Key consultation_id. It will not be held."""

    type: ClassVar[str] = "clue.consultation.cancelled.v1"


class ConsultationActionEvent(Event):
    """A task that followed from a consultation's conclusion. What is to be done is read over REST."""

    key: ClassVar[str] = "action_id"
    egress: ClassVar[Egress] = Egress.CHECKED

    action_id: UUID
    consultation_id: UUID
    state: Code
    owner_unit: UnitCode
    convener_unit: UnitCode
    due_at: Instant


class ConsultationActionAssigned(ConsultationActionEvent):
    """Key action_id. The conclusion was approved: ``owner_unit`` has a task, due by ``due_at``."""

    type: ClassVar[str] = "clue.consultation_action.assigned.v1"


class ConsultationActionSettled(ConsultationActionEvent):
    """Key action_id. The task is done, or was withdrawn."""

    type: ClassVar[str] = "clue.consultation_action.settled.v1"


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


class AdviceDrafted(AdviceEvent):
    """Key advice_id. A letter waits for a leader's approval."""

    type: ClassVar[str] = "clue.advice.drafted.v1"


class AdviceApproved(AdviceEvent):
    """Key advice_id. A leader approved the letter; the issuing unit serves it."""

    type: ClassVar[str] = "clue.advice.approved.v1"


class AdviceRejected(AdviceEvent):
    """Key advice_id. A leader gave the draft back."""

    type: ClassVar[str] = "clue.advice.rejected.v1"


class AdviceServed(AdviceEvent):
    """Key advice_id. The letter reached the unit; its linked office and resident group learn of it."""

    type: ClassVar[str] = "clue.advice.served.v1"


class AdviceAcknowledged(AdviceEvent):
    """Key advice_id. The unit has the letter."""

    type: ClassVar[str] = "clue.advice.acknowledged.v1"


class AdvicePlanned(AdviceEvent):
    """Key advice_id. The unit said what it will do."""

    type: ClassVar[str] = "clue.advice.planned.v1"


class AdviceReturned(AdviceEvent):
    """Key advice_id. The reply was not enough; another is due by ``reply_due``."""

    type: ClassVar[str] = "clue.advice.returned.v1"


class AdviceExtended(AdviceEvent):
    """Key advice_id. The reply is due later: ``reply_due``."""

    type: ClassVar[str] = "clue.advice.extended.v1"


class AdviceReviewed(AdviceEvent):
    """Key advice_id. The reply was found sufficient."""

    type: ClassVar[str] = "clue.advice.reviewed.v1"


class AdviceReissued(AdviceEvent):
    """Key advice_id. A new letter goes on for this one, which is over."""

    type: ClassVar[str] = "clue.advice.reissued.v1"


class AdviceReplied(AdviceEvent):
    """Key advice_id. The unit answered in writing."""

    type: ClassVar[str] = "clue.advice.replied.v1"


class AdviceClosed(AdviceEvent):
    """Key advice_id. Reviewed, found sufficient, and closed."""

    type: ClassVar[str] = "clue.advice.closed.v1"


EVENTS: tuple[type[Event], ...] = (
    ConsultationSubmitted,
    ConsultationApproved,
    ConsultationRejected,
    ConsultationScheduled,
    ConsultationInvited,
    ConsultationOpinionGiven,
    ConsultationOpinionsOpened,
    ConsultationHeld,
    ConsultationMinutesSigned,
    ConsultationConclusionProposed,
    ConsultationConclusionRejected,
    ConsultationConcluded,
    ConsultationClosed,
    ConsultationCancelled,
    ConsultationActionAssigned,
    ConsultationActionSettled,
    AdviceDrafted,
    AdviceApproved,
    AdviceRejected,
    AdviceServed,
    AdviceAcknowledged,
    AdvicePlanned,
    AdviceReplied,
    AdviceReturned,
    AdviceExtended,
    AdviceReviewed,
    AdviceReissued,
    AdviceClosed,
)
