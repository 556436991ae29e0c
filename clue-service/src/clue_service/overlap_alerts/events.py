"""Events of overlap alerts. They name commissions, never a clue."""

from collections.abc import Iterable

from chassis.uow import Uow
from contracts.clue import OverlapAlertAcknowledged, OverlapAlertDetected, OverlapAlertDueChanged, OverlapAlertResolved

from clue_service.overlap_alerts.models import OverlapAlert


async def emit_detected(uow: Uow, alert: OverlapAlert, commissions: Iterable[str], joined: Iterable[str]) -> None:
    """A new overlapping set, or commissions that joined it."""
    event = OverlapAlertDetected(
        alert_id=alert.id,
        commissions=tuple(sorted(commissions)),
        state=alert.state,
        ack_due=alert.ack_due_at,
        joined=tuple(sorted(joined)),
    )
    await uow.emit(event, aggregate_id=alert.id, version=alert.version)


async def emit_acknowledged(
    uow: Uow, alert: OverlapAlert, commissions: Iterable[str], by: str, outstanding: Iterable[str]
) -> None:
    """One commission has taken note."""
    event = OverlapAlertAcknowledged(
        alert_id=alert.id,
        commissions=tuple(sorted(commissions)),
        state=alert.state,
        ack_due=alert.ack_due_at,
        acknowledged_by=by,
        outstanding=tuple(sorted(outstanding)),
    )
    await uow.emit(event, aggregate_id=alert.id, version=alert.version)


async def emit_due_changed(
    uow: Uow, alert: OverlapAlert, commissions: Iterable[str], outstanding: Iterable[str]
) -> None:
    """The acknowledgement is due by another day."""
    event = OverlapAlertDueChanged(
        alert_id=alert.id,
        commissions=tuple(sorted(commissions)),
        state=alert.state,
        ack_due=alert.ack_due_at,
        outstanding=tuple(sorted(outstanding)),
    )
    await uow.emit(event, aggregate_id=alert.id, version=alert.version)


async def emit_resolved(uow: Uow, alert: OverlapAlert, commissions: Iterable[str]) -> None:
    """The votes agree, or the common superior decided."""
    event = OverlapAlertResolved.model_validate(
        {
            "alert_id": alert.id,
            "commissions": tuple(sorted(commissions)),
            "state": alert.state,
            "ack_due": alert.ack_due_at,
            "outcome": alert.outcome,
            "lead_commission": alert.lead_commission,
        }
    )
    await uow.emit(event, aggregate_id=alert.id, version=alert.version)
