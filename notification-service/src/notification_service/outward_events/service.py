"""Storing events for those outside, and forgetting them in time."""

from collections.abc import Sequence
from datetime import timedelta

from chassis.service import Resources
from chassis.uow import Uow
from contracts.envelope import Egress, Envelope, Event

from notification_service.outward_events import repository
from notification_service.outward_events.domain import subject_of
from notification_service.outward_events.settings import OutwardSettings
from notification_service.resources import NotificationResources


async def store_events(uow: Uow, own: NotificationResources, events: Sequence[tuple[Envelope, Event]]) -> list[int]:
    """Keep events for those outside, in their order; the positions of those that may leave and are not there yet."""
    rows = [
        {
            "event_id": envelope.id,
            "type": envelope.type,
            "service": subject.service,
            "path": subject.path,
            "open_to": envelope.commission if event.egress is Egress.OPEN else None,
            "body": envelope.to_structured(event),
            "stored_at": uow.now,
        }
        for envelope, event in events
        if event.egress is not Egress.NEVER and (subject := subject_of(envelope, event)) is not None
    ]
    if not rows:
        return []
    uow.after_commit(own.events.wake)
    return await repository.add_events(uow.session, rows)


async def forget_old_events(resources: Resources) -> None:
    """Purge what is older than is kept."""
    before = resources.clock.now() - timedelta(days=OutwardSettings().outward_event_days)
    async with resources.database.sessions.begin() as session:
        await repository.purge(session, before)
