"""Events of clue-service about following up: orders that press for a result, outcomes others must know."""

from typing import ClassVar
from uuid import UUID

from contracts.envelope import Code, Egress, Event, Instant, UnitCode


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
)
