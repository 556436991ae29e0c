"""Commissions that meet on one matter, told blindly."""

from typing import ClassVar, Literal
from uuid import UUID

from contracts.envelope import Code, Egress, Event, Instant, UnitCode


class OverlapAlertEvent(Event):
    """One matter, several commissions. Names commissions only, never a clue: each would learn another's clue id."""

    key: ClassVar[str] = "alert_id"
    egress: ClassVar[Egress] = Egress.CHECKED

    alert_id: UUID
    commissions: tuple[UnitCode, ...]
    """All commissions involved, sorted; each one's case management office is told."""
    state: Code
    ack_due: Instant | None = None


class OverlapAlertDetected(OverlapAlertEvent):
    """Key alert_id. A new overlapping set, or commissions that joined it: ``joined`` holds those not told before."""

    type: ClassVar[str] = "clue.overlap_alert.detected.v1"
    joined: tuple[UnitCode, ...] = ()


class OverlapAlertAcknowledged(OverlapAlertEvent):
    """Key alert_id. One commission has taken note; ``outstanding`` holds those that have not."""

    type: ClassVar[str] = "clue.overlap_alert.acknowledged.v1"
    acknowledged_by: UnitCode
    outstanding: tuple[UnitCode, ...] = ()


class OverlapAlertResolved(OverlapAlertEvent):
    """Key alert_id. The votes agree, or the common superior decided; ``lead_commission`` where one leads."""

    type: ClassVar[str] = "clue.overlap_alert.resolved.v1"
    outcome: Literal["not_same", "linked", "lead_designated"]
    lead_commission: UnitCode | None = None


class OverlapAlertDueChanged(OverlapAlertEvent):
    """Key alert_id. ``ack_due`` was counted anew; ``outstanding`` holds the commissions that owe it."""

    type: ClassVar[str] = "clue.overlap_alert.due_changed.v1"
    outstanding: tuple[UnitCode, ...] = ()
