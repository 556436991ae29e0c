"""Events of clue-service about following up: orders that press, outcomes others must know, what reporters are owed."""

from typing import ClassVar
from uuid import UUID

from contracts.envelope import Code, Egress, Event, Instant, Reference, UnitCode


class SupervisedHandlingEvent(Event):
    """An order by which a superior body presses for a result. What it demands is read over REST."""

    key: ClassVar[str] = "order_id"
    egress: ClassVar[Egress] = Egress.CHECKED

    order_id: UUID
    trigger: Code
    state: Code
    ordering_unit: UnitCode
    target_unit: UnitCode
    escalated_to: UnitCode | None = None
    due_at: Instant | None = None
    """By when a report is owed, while one is."""


class SupervisedHandlingProposed(SupervisedHandlingEvent):
    """Key order_id. An order waits for a leader's approval."""

    type: ClassVar[str] = "clue.supervised_handling.proposed.v1"


class SupervisedHandlingApproved(SupervisedHandlingEvent):
    """Key order_id. A leader approved the order."""

    type: ClassVar[str] = "clue.supervised_handling.approved.v1"


class SupervisedHandlingRejected(SupervisedHandlingEvent):
    """Key order_id. A leader refused the order."""

    type: ClassVar[str] = "clue.supervised_handling.rejected.v1"


class SupervisedHandlingIssued(SupervisedHandlingEvent):
    """Key order_id. ``target_unit`` owes a report by ``due_at``."""

    type: ClassVar[str] = "clue.supervised_handling.issued.v1"


class SupervisedHandlingAcknowledged(SupervisedHandlingEvent):
    """Key order_id. The unit has taken note."""

    type: ClassVar[str] = "clue.supervised_handling.acknowledged.v1"


class SupervisedHandlingPressed(SupervisedHandlingEvent):
    """Key order_id. The unit was reminded by its superior."""

    type: ClassVar[str] = "clue.supervised_handling.pressed.v1"


class SupervisedHandlingExtended(SupervisedHandlingEvent):
    """Key order_id. The report is due later."""

    type: ClassVar[str] = "clue.supervised_handling.extended.v1"


class SupervisedHandlingReported(SupervisedHandlingEvent):
    """Key order_id. The unit reported its result."""

    type: ClassVar[str] = "clue.supervised_handling.reported.v1"


class SupervisedHandlingReturned(SupervisedHandlingEvent):
    """Key order_id. The report was given back; another is due by ``due_at``."""

    type: ClassVar[str] = "clue.supervised_handling.returned.v1"


class SupervisedHandlingReviewed(SupervisedHandlingEvent):
    """Key order_id. The report was found satisfactory."""

    type: ClassVar[str] = "clue.supervised_handling.reviewed.v1"


class SupervisedHandlingEscalated(SupervisedHandlingEvent):
    """Key order_id. ``escalated_to`` takes it up with the unit below it."""

    type: ClassVar[str] = "clue.supervised_handling.escalated.v1"


class SupervisedHandlingClosed(SupervisedHandlingEvent):
    """Key order_id. Nothing is owed any more."""

    type: ClassVar[str] = "clue.supervised_handling.closed.v1"


class OutcomeNoticeEvent(Event):
    """A unit is told that a unit it watches over had an outcome. Neither person nor clue is named."""

    key: ClassVar[str] = "notice_id"
    egress: ClassVar[Egress] = Egress.CHECKED

    notice_id: UUID
    kind: Code
    state: Code
    about_unit: UnitCode
    unit: UnitCode
    """Who is told: the linked office, or a resident group."""
    handling_unit: UnitCode
    ack_due: Instant | None = None


class OutcomeNotified(OutcomeNoticeEvent):
    """Key notice_id. ``unit`` is to take note by ``ack_due``."""

    type: ClassVar[str] = "clue.outcome_notice.notified.v1"


class OutcomeNoticeAcknowledged(OutcomeNoticeEvent):
    """Key notice_id. The unit has taken note."""

    type: ClassVar[str] = "clue.outcome_notice.acknowledged.v1"


class OutcomeNoticeEscalated(OutcomeNoticeEvent):
    """Key notice_id. Nobody took note in time: leaders of the unit and who handled it are told."""

    type: ClassVar[str] = "clue.outcome_notice.escalated.v1"


class OutcomeNoticeDueChanged(OutcomeNoticeEvent):
    """Key notice_id. ``ack_due`` was counted anew because a rule or a calendar changed."""

    type: ClassVar[str] = "clue.outcome_notice.due_changed.v1"


class ReporterNoticeEvent(Event):
    """What is owed to the reporter of a clue; who that is stands in no event."""

    key: ClassVar[str] = "notice_id"
    egress: ClassVar[Egress] = Egress.NEVER

    notice_id: UUID
    clue_no: Reference
    kind: Code
    state: Code
    commission: UnitCode
    due_at: Instant | None = None


class ReporterNoticeOwed(ReporterNoticeEvent):
    """Key notice_id. The commission's office tells the reporter by ``due_at``."""

    type: ClassVar[str] = "clue.reporter_notice.owed.v1"


class ReporterNoticeGiven(ReporterNoticeEvent):
    """Key notice_id. The reporter was told."""

    type: ClassVar[str] = "clue.reporter_notice.given.v1"


class ReporterNoticeDropped(ReporterNoticeEvent):
    """Key notice_id. It is not owed: the letter is a repeat, or the clue goes on."""

    type: ClassVar[str] = "clue.reporter_notice.dropped.v1"


class ReporterNoticeDueChanged(ReporterNoticeEvent):
    """Key notice_id. ``due_at`` was counted anew because a rule or a calendar changed."""

    type: ClassVar[str] = "clue.reporter_notice.due_changed.v1"


EVENTS: tuple[type[Event], ...] = (
    SupervisedHandlingProposed,
    SupervisedHandlingApproved,
    SupervisedHandlingRejected,
    SupervisedHandlingIssued,
    SupervisedHandlingAcknowledged,
    SupervisedHandlingPressed,
    SupervisedHandlingExtended,
    SupervisedHandlingReported,
    SupervisedHandlingReturned,
    SupervisedHandlingReviewed,
    SupervisedHandlingEscalated,
    SupervisedHandlingClosed,
    OutcomeNotified,
    OutcomeNoticeAcknowledged,
    OutcomeNoticeEscalated,
    OutcomeNoticeDueChanged,
    ReporterNoticeOwed,
    ReporterNoticeGiven,
    ReporterNoticeDropped,
    ReporterNoticeDueChanged,
)
