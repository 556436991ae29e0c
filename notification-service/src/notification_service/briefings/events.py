"""Events of briefings: units, dates and counts, never what a briefing says."""

from typing import Any
from uuid import UUID

from chassis.uow import Uow
from contracts.notification import EVENTS, BriefingEvent

from notification_service.briefings import repository
from notification_service.briefings.models import Briefing

_BY_TYPE: dict[str, type[BriefingEvent]] = {one.type: one for one in EVENTS if issubclass(one, BriefingEvent)}


async def emit_briefing(uow: Uow, event_type: str, briefing: Briefing, **more: Any) -> UUID:
    """Say what became of a briefing, at its present version; returns the event's id."""
    counts = await repository.count_recipients(uow.session, [briefing.id])
    event = _BY_TYPE[event_type].model_validate(
        {
            "briefing_id": briefing.id,
            "kind": briefing.kind,
            "issuing_unit": briefing.issuing_unit,
            "recipient_units": await repository.list_units(uow.session, briefing.id),
            "ack_due": briefing.ack_due,
            "open_count": counts.get(briefing.id, (0, 0))[1],
            "edition": briefing.edition,
            **more,
        }
    )
    return await uow.emit(event, aggregate_id=briefing.id, version=briefing.version, commission=briefing.commission)
