"""Events of exports: commission, state and who asked; no clue."""

from typing import Any

from chassis.uow import Uow
from contracts.four_eyes import EVENTS, ClueExportEvent

from clue_service.clue_exports.domain import TIMED
from clue_service.clue_exports.models import ClueExport

_BY_TYPE: dict[str, type[ClueExportEvent]] = {
    event.type: event for event in EVENTS if issubclass(event, ClueExportEvent)
}


async def emit_export(uow: Uow, event_type: str, item: ClueExport, **more: Any) -> None:
    """Say what became of an export, at its present version."""
    event = _BY_TYPE[event_type].model_validate(
        {
            "export_id": item.id,
            "state": item.state,
            "commission": item.commission,
            "requester": item.requested_by,
            "requester_unit": item.requester_unit,
            "expires_at": item.expires_at if item.state in TIMED else None,
            **more,
        }
    )
    await uow.emit(event, aggregate_id=item.id, version=item.version, commission=item.commission)
