"""Events of jurisdiction objections: commissions, states and dates, never a reason."""

from typing import Any

from chassis.uow import Uow
from contracts.settling import EVENTS, JurisdictionObjectionEvent

from clue_service.jurisdiction_objections.domain import OWING
from clue_service.jurisdiction_objections.models import JurisdictionObjection

_BY_TYPE: dict[str, type[JurisdictionObjectionEvent]] = {
    event.type: event for event in EVENTS if issubclass(event, JurisdictionObjectionEvent)
}


async def emit_objection(uow: Uow, event_type: str, item: JurisdictionObjection, **more: Any) -> None:
    """Say what became of an objection, at its present version."""
    event = _BY_TYPE[event_type].model_validate(
        {
            "objection_id": item.id,
            "transfer_id": item.transfer_id,
            "state": item.state,
            "route": item.route,
            "raised_by": item.raised_by,
            "sender": item.sender,
            "superior": item.superior,
            "due_at": item.due_at if item.state in OWING else None,
            **more,
        }
    )
    await uow.emit(event, aggregate_id=item.id, version=item.version, commission=item.raised_by)
