"""Events of deletions: commission and state; neither the clue nor a reason."""

from typing import Any

from chassis.uow import Uow
from contracts.four_eyes import EVENTS, ClueDeletionEvent

from clue_service.clue_deletions.models import ClueDeletion

_BY_TYPE: dict[str, type[ClueDeletionEvent]] = {
    event.type: event for event in EVENTS if issubclass(event, ClueDeletionEvent)
}


async def emit_deletion(uow: Uow, event_type: str, item: ClueDeletion, **more: Any) -> None:
    """Say what became of a deletion, at its present version."""
    event = _BY_TYPE[event_type].model_validate(
        {
            "deletion_id": item.id,
            "state": item.state,
            "commission": item.commission,
            "requester": item.requested_by,
            "requester_unit": item.requester_unit,
            **more,
        }
    )
    await uow.emit(event, aggregate_id=item.id, version=item.version, commission=item.commission)
