"""Events of notification-service: clocks that run out, and briefings with acknowledgement."""

from typing import ClassVar
from uuid import UUID

from contracts.envelope import Code, Egress, Event, Instant, Reference, UnitCode


class DeadlineEvent(Event):
    """A date somebody owes something by. One event per item, light and day."""

    key: ClassVar[str] = "deadline_id"
    egress: ClassVar[Egress] = Egress.CHECKED

    deadline_id: UUID
    item_type: Code
    item_id: Reference
    unit: UnitCode
    rule: Code
    light: Code
    due_at: Instant


class DeadlineReminded(DeadlineEvent):
    """Key deadline_id. The date is near."""

    type: ClassVar[str] = "notification.deadline.reminded.v1"


class DeadlineOverdue(DeadlineEvent):
    """Key deadline_id. The date has passed."""

    type: ClassVar[str] = "notification.deadline.overdue.v1"


class DeadlineEscalated(DeadlineEvent):
    """Key deadline_id. Nobody who owes it acknowledged it for too long: leaders were told, once. ``light`` is the
    present one, ``none`` while the date is far."""

    type: ClassVar[str] = "notification.deadline.escalated.v1"


class BriefingEvent(Event):
    """A formal notice that its recipients acknowledge; the text is read inside, by recipients only."""

    key: ClassVar[str] = "briefing_id"
    egress: ClassVar[Egress] = Egress.CHECKED

    briefing_id: UUID
    kind: Code
    issuing_unit: UnitCode
    recipient_units: tuple[UnitCode, ...] = ()
    item_type: Code | None = None
    item_id: Reference | None = None
    """What it is about, such as team and its id: entry waits for its briefings."""
    ack_due: Instant | None = None
    open_count: int = 0
    """Recipients that have not acknowledged yet."""
    edition: int = 1
    """Counts corrections: each edition is acknowledged anew."""


class BriefingIssued(BriefingEvent):
    """Key briefing_id. The briefing is out; acknowledgements are due."""

    type: ClassVar[str] = "notification.briefing.issued.v1"


class BriefingAcknowledged(BriefingEvent):
    """Key briefing_id. One unit has taken note."""

    type: ClassVar[str] = "notification.briefing.acknowledged.v1"
    acknowledged_by: UnitCode


class BriefingCorrected(BriefingEvent):
    """Key briefing_id. Another edition is out; all its recipients owe a new acknowledgement."""

    type: ClassVar[str] = "notification.briefing.corrected.v1"


class BriefingRecalled(BriefingEvent):
    """Key briefing_id. The briefing was withdrawn; recipients no longer read it and owe nothing."""

    type: ClassVar[str] = "notification.briefing.recalled.v1"


class BriefingEscalated(BriefingEvent):
    """Key briefing_id. Leaders of units in which somebody has not acknowledged for too long were told."""

    type: ClassVar[str] = "notification.briefing.escalated.v1"
    escalated_units: tuple[UnitCode, ...] = ()


EVENTS: tuple[type[Event], ...] = (
    DeadlineReminded,
    DeadlineOverdue,
    DeadlineEscalated,
    BriefingIssued,
    BriefingAcknowledged,
    BriefingCorrected,
    BriefingRecalled,
    BriefingEscalated,
)
