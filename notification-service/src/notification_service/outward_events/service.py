"""Storing events for those outside, and forgetting them in time."""

from datetime import timedelta

from chassis.service import Resources
from chassis.uow import Uow
from contracts.envelope import Egress, Envelope, Event

from notification_service.outward_events import repository
from notification_service.outward_events.domain import subject_of
from notification_service.outward_events.settings import OutwardSettings
from notification_service.resources import NotificationResources


async def store_event(uow: Uow, own: NotificationResources, envelope: Envelope, event: Event) -> int | None:
    """Keep an event for those outside; its position, or None if nobody may hear of it or it is there already."""
    subject = subject_of(envelope, event)
    if subject is None:
        return None
    seq = await repository.add_event(
        uow.session,
        {
            "event_id": envelope.id,
            "type": envelope.type,
            "service": subject.service,
            "path": subject.path,
            "open_to": envelope.commission if event.egress is Egress.OPEN else None,
            "body": envelope.to_structured(event),
            "stored_at": uow.now,
        },
    )
    if seq is not None:
        uow.after_commit(own.events.wake)
    return seq


async def forget_old_events(resources: Resources) -> None:
    """Purge what is older than is kept."""
    before = resources.clock.now() - timedelta(days=OutwardSettings().outward_event_days)
    async with resources.database.sessions.begin() as session:
        await repository.purge(session, before)
