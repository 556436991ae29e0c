"""notification-service: everything its processes do."""

from chassis.consumer import Handler
from chassis.runtime import service_cli
from chassis.service import Resources, Service, Timer
from chassis.uow import Uow
from contracts.envelope import Envelope, Event

from notification_service.deadlines import service as deadlines
from notification_service.deadlines.domain import CLOCKS
from notification_service.deadlines.models import Deadline
from notification_service.notices.consumers import handlers as notice_handlers
from notification_service.notices.models import Notice
from notification_service.notices.routes import router as notifications
from notification_service.resources import build_own
from notification_service.streams.models import StreamTicket
from notification_service.streams.routes import router as streams
from notification_service.tables import Base

MODELS = (Notice, Deadline, StreamTicket)
"""Imported so that their tables are on the metadata."""


def build_handlers(resources: Resources) -> dict[str, Handler]:
    """What each event does here: it makes notices, moves clocks, or both."""
    telling = notice_handlers(resources)

    async def both(uow: Uow, envelope: Envelope, event: Event) -> None:
        await deadlines.follow(uow, envelope, event)
        if envelope.type in telling:
            await telling[envelope.type](uow, envelope, event)

    return {**telling, **dict.fromkeys(CLOCKS, both)}


async def _show_lights(resources: Resources) -> None:
    await deadlines.show_lights(resources)


SERVICE = Service(
    name="notification-service",
    short="notification",
    title="Notifications: inboxes, live stream, reminders",
    # The stream's path comes first, or it would be taken for a notice's id.
    routers=[streams, notifications],
    metadata=Base.metadata,
    migrations="notification_service.migrations",
    handlers=build_handlers,
    timers=[Timer("lights", 5.0, _show_lights)],
    build_own=build_own,
)

main = service_cli(SERVICE)
