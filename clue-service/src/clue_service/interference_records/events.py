"""Events of records of interference: codes alone; neither the clue nor who interfered."""

from typing import Any

from chassis.uow import Uow
from contracts.safeguards import EVENTS, InterferenceRecordEvent

from clue_service.interference_records.models import InterferenceRecord

_BY_TYPE: dict[str, type[InterferenceRecordEvent]] = {
    event.type: event for event in EVENTS if issubclass(event, InterferenceRecordEvent)
}


async def emit_record(uow: Uow, event_type: str, item: InterferenceRecord, **more: Any) -> None:
    """Say what became of a record, at its present version."""
    event = _BY_TYPE[event_type].model_validate(
        {
            "record_id": item.id,
            "state": item.state,
            "reviewing_commission": item.reviewing_commission,
            "recorder": item.recorded_by,
            "recorder_unit": item.recorder_unit,
            **more,
        }
    )
    await uow.emit(event, aggregate_id=item.id, version=item.version, commission=item.reviewing_commission)
