"""notification-service: everything its processes do."""

from chassis.consumer import Handler
from chassis.runtime import service_cli
from chassis.service import Resources, Service, Timer
from chassis.uow import Uow
from contracts.envelope import Envelope, Event

from notification_service.briefings.models import Briefing
from notification_service.briefings.routes import router as briefings
from notification_service.briefings.settings import BriefingSettings
from notification_service.briefings.telling import escalate_briefings, open_recipients
from notification_service.broker_partners.cli import partners
from notification_service.deadlines import service as deadlines
from notification_service.deadlines.clocks import CLOCKS
from notification_service.deadlines.models import Deadline
from notification_service.deadlines.settings import LightSettings
from notification_service.event_streams.routes import router as event_streams
from notification_service.fan_outs.models import FanOut
from notification_service.fan_outs.service import fan_out
from notification_service.message_templates.models import MessageTemplate
from notification_service.message_templates.routes import router as message_templates
from notification_service.notices.consumers import handlers as notice_handlers
from notification_service.notices.models import Notice
from notification_service.notices.routes import router as notifications
from notification_service.outgoing_messages.models import OutgoingMessage
from notification_service.outgoing_messages.sending import send_confirmation, send_messages
from notification_service.outgoing_messages.settings import MessageSettings
from notification_service.outward_events.models import OutwardEvent
from notification_service.outward_events.service import forget_old_events
from notification_service.outward_events.settings import OutwardSettings
from notification_service.preferences.models import Preference
from notification_service.preferences.routes import router as preferences
from notification_service.preferences.service import CONFIRM_EMAIL
from notification_service.resources import build_own
from notification_service.streams.models import StreamTicket
from notification_service.streams.routes import router as streams
from notification_service.tables import Base
from notification_service.webhooks.consumers import handlers as outward_handlers
from notification_service.webhooks.delivering import send_due
from notification_service.webhooks.models import Webhook
from notification_service.webhooks.routes import router as webhooks
from notification_service.withholdings.consumers import HANDLERS as WITHHOLDINGS
from notification_service.withholdings.models import WithheldItem
from notification_service.working_calendars.models import WorkingYear
from notification_service.working_calendars.service import learn_calendar

MODELS = (
    Notice, Deadline, StreamTicket, OutwardEvent, Webhook, Preference, OutgoingMessage, MessageTemplate, Briefing,
    FanOut, WorkingYear, WithheldItem,
)  # fmt: skip
"""Imported so that their tables are on the metadata."""


def build_handlers(resources: Resources) -> dict[str, Handler]:
    """What each event does here: it makes notices, moves clocks, leaves the platform, or several of these."""
    clocks: dict[str, Handler] = dict.fromkeys(CLOCKS, deadlines.follow)
    # Who is recused is written before anything is told.
    parts = (WITHHOLDINGS, clocks, notice_handlers(resources), outward_handlers(resources))
    types = {event_type for part in parts for event_type in part}
    return {one: _in_turn([part[one] for part in parts if one in part]) for one in types}


def _in_turn(steps: list[Handler]) -> Handler:
    async def handle(uow: Uow, envelope: Envelope, event: Event) -> None:
        for step in steps:
            await step(uow, envelope, event)

    return handle


async def _show_lights(resources: Resources) -> None:
    await deadlines.show_lights(resources, {"briefing": open_recipients})


async def _fan_out(resources: Resources) -> None:
    await fan_out(resources)


async def _escalate(resources: Resources) -> None:
    await escalate_briefings(resources)


SERVICE = Service(
    name="notification-service",
    short="notification",
    title="Notifications: inboxes, live stream, reminders",
    # The stream's path comes first, or it would be taken for a notice's id.
    routers=[streams, notifications, webhooks, event_streams, preferences, message_templates, briefings],
    metadata=Base.metadata,
    migrations="notification_service.migrations",
    handlers=build_handlers,
    timers=[
        Timer("lights", 5.0, _show_lights),
        Timer("fan-out", 0.25, _fan_out),
        Timer("briefings", 30.0, _escalate),
        Timer("working-calendar", 3600.0, learn_calendar),
        Timer("webhooks", 0.5, send_due),
        Timer("messages", 2.0, send_messages),
        Timer("outward-purge", 3600.0, forget_old_events),
    ],
    jobs={CONFIRM_EMAIL: send_confirmation},
    settings=[OutwardSettings, MessageSettings, BriefingSettings, LightSettings],
    build_own=build_own,
)

main = service_cli(SERVICE)
main.add_typer(partners, name="partners")
