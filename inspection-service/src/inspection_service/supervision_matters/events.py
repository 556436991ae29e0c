"""Events of supervision matters: ids, units and dates, never what it is about."""

from datetime import UTC, datetime, time
from typing import Any

from chassis.uow import Uow
from contracts.inspection import EVENTS, MatterEvent

from inspection_service.supervision_matters.models import SupervisionMatter

_BY_TYPE: dict[str, type[MatterEvent]] = {event.type: event for event in EVENTS if issubclass(event, MatterEvent)}


async def emit_matter(uow: Uow, event_type: str, matter: SupervisionMatter, **more: Any) -> None:
    """Say that a matter moved."""
    if event_type == "inspection.matter.reopened.v1":
        more = {"recurrence_of": matter.recurrence_of, **more}
    event = _BY_TYPE[event_type](
        supervision_matter_id=matter.id,
        state=matter.state,
        lead_unit=matter.lead_unit or matter.owner_unit,
        co_units=tuple(matter.co_units),
        scope_units=tuple(matter.scope_units),
        due_at=datetime.combine(matter.ends_on, time(), UTC),
        **more,
    )
    await uow.emit(event, aggregate_id=matter.id, version=matter.version, commission=matter.commission)
