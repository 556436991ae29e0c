"""Events of duties: units and days."""

from typing import Any

from chassis.uow import Uow
from contracts.clocks import PERIODIC, PeriodicDutyEvent

from clue_service.periodic_duties.domain import DutyState
from clue_service.periodic_duties.models import PeriodicDuty

_BY_TYPE: dict[str, type[PeriodicDutyEvent]] = {event.type: event for event in PERIODIC}


async def emit_duty(uow: Uow, event_type: str, duty: PeriodicDuty, **more: Any) -> None:
    """Say what became of a duty, at its present version."""
    event = _BY_TYPE[event_type].model_validate(
        {
            "duty_id": duty.id,
            "kind": duty.kind,
            "state": duty.state,
            "rule": duty.due_rule,
            "commission": duty.commission,
            "unit": duty.unit,
            "due_at": duty.due_at if duty.state == DutyState.OPEN else None,
            **more,
        }
    )
    await uow.emit(event, aggregate_id=duty.id, version=duty.version, commission=duty.commission)
