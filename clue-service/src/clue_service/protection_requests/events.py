"""Events of requests for protection: codes alone; neither the clue nor who is protected."""

from typing import Any

from chassis.uow import Uow
from contracts.safeguards import EVENTS, ProtectionRequestEvent

from clue_service.protection_requests.models import ProtectionRequest

_BY_TYPE: dict[str, type[ProtectionRequestEvent]] = {
    event.type: event for event in EVENTS if issubclass(event, ProtectionRequestEvent)
}


async def emit_request(uow: Uow, event_type: str, item: ProtectionRequest, **more: Any) -> None:
    """Say what became of a request, at its present version."""
    event = _BY_TYPE[event_type].model_validate(
        {
            "request_id": item.id,
            "state": item.state,
            "commission": item.commission,
            "charged_unit": item.charged_unit,
            "is_urgent": item.is_urgent,
            "requester": item.requested_by,
            "requester_unit": item.requester_unit,
            "due_at": item.due_at,
            **more,
        }
    )
    await uow.emit(event, aggregate_id=item.id, version=item.version, commission=item.commission)
