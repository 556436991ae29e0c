"""Events of consultations: units, states and dates, never what is deliberated on."""

from typing import Any

from chassis.uow import Uow
from contracts.deliberation import EVENTS, ConsultationActionEvent, ConsultationEvent

from clue_service.consultations.models import Consultation, ConsultationAction

_BY_TYPE: dict[str, type[ConsultationEvent]] = {
    event.type: event for event in EVENTS if issubclass(event, ConsultationEvent)
}
_ACTIONS: dict[str, type[ConsultationActionEvent]] = {
    event.type: event for event in EVENTS if issubclass(event, ConsultationActionEvent)
}


async def emit_consultation(
    uow: Uow, event_type: str, item: Consultation, participants: list[str], **more: Any
) -> None:
    """Say what became of a consultation, at its present version."""
    event = _BY_TYPE[event_type].model_validate(
        {
            "consultation_id": item.id,
            "kind": item.kind,
            "state": item.state,
            "convener_unit": item.convener_unit,
            "participant_units": tuple(participants),
            "due_at": item.opinions_due_at if item.opinions_opened_at is None else None,
            **more,
        }
    )
    await uow.emit(event, aggregate_id=item.id, version=item.version, commission=item.commission)


async def emit_action(uow: Uow, event_type: str, item: Consultation, action: ConsultationAction) -> None:
    """Say what became of a task."""
    event = _ACTIONS[event_type].model_validate(
        {
            "action_id": action.id,
            "consultation_id": item.id,
            "state": action.state,
            "owner_unit": action.owner_unit,
            "convener_unit": item.convener_unit,
            "due_at": action.due_at,
        }
    )
    await uow.emit(event, aggregate_id=action.id, version=action.version, commission=item.commission)
