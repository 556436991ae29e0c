"""Events of clocks beside the one that a clue's state runs and its own events carry: of clues, and of periods."""

from typing import ClassVar
from uuid import UUID

from contracts.envelope import Code, Egress, Event, Instant, Reference, UnitCode


class ClueClockEvent(Event):
    """Something is awaited about a clue. Names no clue but its number, and nobody whose reply it is."""

    key: ClassVar[str] = "clock_id"
    egress: ClassVar[Egress] = Egress.CHECKED

    clock_id: UUID
    clue_no: Reference
    kind: Code
    """``inquiry_reply`` or ``inspection_report``."""
    state: Code
    rule: Code
    """The name of the rule that counts it."""
    commission: UnitCode
    unit: UnitCode
    """Who waits for it, or owes it."""
    due_at: Instant | None = None
    """Its end, while it runs."""


class ClueClockStarted(ClueClockEvent):
    """Key clock_id. What its kind names is awaited by ``due_at``."""

    type: ClassVar[str] = "clue.clue_clock.started.v1"


class ClueClockMet(ClueClockEvent):
    """Key clock_id. What was awaited came."""

    type: ClassVar[str] = "clue.clue_clock.met.v1"


class ClueClockCancelled(ClueClockEvent):
    """Key clock_id. Nothing is awaited any more: the clue ended otherwise, or the letter was taken back."""

    type: ClassVar[str] = "clue.clue_clock.cancelled.v1"


class ClueClockExtended(ClueClockEvent):
    """Key clock_id. ``due_at`` is the new end."""

    type: ClassVar[str] = "clue.clue_clock.extended.v1"
    previous_due_at: Instant | None = None


class ClueClockPaused(ClueClockEvent):
    """Key clock_id. The clock stands still; ``ground`` says why, ``due_at`` is empty meanwhile."""

    type: ClassVar[str] = "clue.clue_clock.paused.v1"
    ground: Code


class ClueClockResumed(ClueClockEvent):
    """Key clock_id. The clock goes on; ``due_at`` has moved by the days that were lost."""

    type: ClassVar[str] = "clue.clue_clock.resumed.v1"


class ClueClockDueChanged(ClueClockEvent):
    """Key clock_id. ``due_at`` was counted anew because a rule or a calendar changed."""

    type: ClassVar[str] = "clue.clue_clock.due_changed.v1"
    previous_due_at: Instant | None = None


class PeriodicDutyEvent(Event):
    """What a case office owes for a month or a quarter, whatever clues there are."""

    key: ClassVar[str] = "duty_id"
    egress: ClassVar[Egress] = Egress.CHECKED

    duty_id: UUID
    kind: Code
    """``petition_results`` or ``reconciliation``."""
    state: Code
    rule: Code
    commission: UnitCode
    unit: UnitCode
    """The petition office that is told, or the office that is reconciled with."""
    due_at: Instant | None = None
    """Until when, while it is owed."""


class PeriodicDutyOpened(PeriodicDutyEvent):
    """Key duty_id. A period began."""

    type: ClassVar[str] = "clue.periodic_duty.opened.v1"


class PeriodicDutyMet(PeriodicDutyEvent):
    """Key duty_id. It was done for the period."""

    type: ClassVar[str] = "clue.periodic_duty.met.v1"


class PeriodicDutyStopped(PeriodicDutyEvent):
    """Key duty_id. No period follows; nothing is owed for this one unless it was met."""

    type: ClassVar[str] = "clue.periodic_duty.stopped.v1"


class PeriodicDutyDueChanged(PeriodicDutyEvent):
    """Key duty_id. ``due_at`` was counted anew because a rule or a calendar changed."""

    type: ClassVar[str] = "clue.periodic_duty.due_changed.v1"


CLOCKS: tuple[type[ClueClockEvent], ...] = (
    ClueClockStarted,
    ClueClockMet,
    ClueClockCancelled,
    ClueClockExtended,
    ClueClockPaused,
    ClueClockResumed,
    ClueClockDueChanged,
)
PERIODIC: tuple[type[PeriodicDutyEvent], ...] = (
    PeriodicDutyOpened,
    PeriodicDutyMet,
    PeriodicDutyStopped,
    PeriodicDutyDueChanged,
)
EVENTS: tuple[type[Event], ...] = (*CLOCKS, *PERIODIC)
