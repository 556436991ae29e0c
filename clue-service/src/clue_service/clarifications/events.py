"""Events of clarifications: units, states and dates; neither the clue nor a person."""

from typing import Any

from chassis.uow import Uow
from contracts.settling import EVENTS, ClarificationEvent

from clue_service.clarifications.models import Clarification

_BY_TYPE: dict[str, type[ClarificationEvent]] = {
    event.type: event for event in EVENTS if issubclass(event, ClarificationEvent)
}


async def emit_clarification(uow: Uow, event_type: str, item: Clarification, **more: Any) -> None:
    """Say what became of a clarification, at its present version."""
    event = _BY_TYPE[event_type].model_validate(
        {
            "clarification_id": item.id,
            "state": item.state,
            "commission": item.commission,
            "handling_unit": item.handling_unit,
            "due_at": item.due_at,
            **more,
        }
    )
    await uow.emit(event, aggregate_id=item.id, version=item.version, commission=item.commission)
