"""Events of rectification items: by number and date, never what the problem is."""

from chassis.uow import Uow
from contracts.inspection import EVENTS, RectificationEvent

from inspection_service.rectifications.domain import RUNNING
from inspection_service.rectifications.models import Rectification

_BY_TYPE = {event.type: event for event in EVENTS if issubclass(event, RectificationEvent)}


async def emit_item(uow: Uow, event_type: str, item: Rectification) -> None:
    """Say that an item moved; ``due_at`` only while the unit's clock runs."""
    event = _BY_TYPE[event_type](
        item_id=item.id,
        round_id=item.round_id,
        unit_code=item.unit_code,
        office_unit=item.office_unit,
        state=item.state,
        due_at=item.due_at if item.state in RUNNING else None,
    )
    await uow.emit(event, aggregate_id=item.id, version=item.version, commission=item.commission)
