"""notification-service: everything its processes do."""

from collections.abc import Sequence

from chassis.consumer import Handler, ManyHandler
from chassis.following import merged, one_by_one
from chassis.runtime import service_cli
from chassis.service import Resources, Service, Timer
from chassis.uow import Uow
from contracts.envelope import Envelope, Event
from contracts.pool import PrincipalUpserted, UnitUpserted

from notification_service.briefings.models import Briefing
from notification_service.briefings.routes import router as briefings
from notification_service.briefings.settings import BriefingSettings
from notification_service.briefings.telling import escalate_briefings, open_recipients
from notification_service.broker_partners.cli import partners
from notification_service.bulletins.making import make_bulletins
from notification_service.bulletins.models import Bulletin
from notification_service.bulletins.routes import router as bulletins
from notification_service.bulletins.settings import BulletinSettings
from notification_service.deadlines import service as deadlines
from notification_service.deadlines.clocks import CLOCKS
from notification_service.deadlines.escalations import escalate
from notification_service.deadlines.models import Deadline
from notification_service.deadlines.settings import LightSettings
from notification_service.deadlines.telemetry import count_lights
from notification_service.event_streams.routes import router as event_streams
from notification_service.fan_outs.models import FanOut
from notification_service.fan_outs.service import fan_out
from notification_service.message_templates.models import MessageTemplate
from notification_service.message_templates.routes import router as message_templates
from notification_service.notices import service as notices
from notification_service.notices.consumers import handlers as directory_handlers
from notification_service.notices.domain import ORIGINS, TELLINGS
from notification_service.notices.models import Notice
from notification_service.notices.routes import router as notifications
from notification_service.outgoing_messages.models import OutgoingMessage
from notification_service.outgoing_messages.sending import send_confirmation, send_messages
from notification_service.outgoing_messages.settings import MessageSettings
from notification_service.outward_events.domain import outward_types
from notification_service.outward_events.models import OutwardEvent
from notification_service.outward_events.service import forget_old_events
from notification_service.outward_events.settings import OutwardSettings
from notification_service.preferences.models import Preference
from notification_service.preferences.routes import router as preferences
from notification_service.preferences.service import CONFIRM_EMAIL
from notification_service.resources import build_own, own_of
from notification_service.sealed import SEALED
from notification_service.streams.models import StreamTicket
from notification_service.streams.routes import router as streams
from notification_service.tables import Base
from notification_service.webhooks.consumers import let_out
from notification_service.webhooks.delivering import send_due
from notification_service.webhooks.models import Webhook
from notification_service.webhooks.routes import router as webhooks
from notification_service.withholdings.consumers import HANDLERS as WITHHOLDINGS
from notification_service.withholdings.models import WithheldItem
from notification_service.working_calendars.models import WorkingYear
from notification_service.working_calendars.service import learn_calendar

MODELS = (
    Notice, Deadline, StreamTicket, OutwardEvent, Webhook, Preference, OutgoingMessage, MessageTemplate, Briefing,
    FanOut, WorkingYear, WithheldItem, Bulletin,
)  # fmt: skip
"""Imported so that their tables are on the metadata."""


def build_together(resources: Resources) -> dict[str, ManyHandler]:
    """What events do here: they move clocks, make notices, leave the platform, or several of these."""

    async def follow(uow: Uow, events: Sequence[tuple[Envelope, Event]]) -> None:
        own = own_of(resources)
        await deadlines.follow(uow, events)
        await notices.tell_of(uow, own, events)
        await let_out(uow, own, events)

    types = CLOCKS.keys() | TELLINGS.keys() | ORIGINS.keys() | outward_types().keys()
    return dict.fromkeys(types - _ALONE, follow)


def build_handlers(resources: Resources) -> dict[str, Handler]:
    """Events whose neighbours must not be handled before they are through: they say who is who, and who is recused."""

    async def leave(uow: Uow, events: Sequence[tuple[Envelope, Event]]) -> None:
        await let_out(uow, own_of(resources), events)

    leaving = dict.fromkeys(_ALONE & outward_types().keys(), one_by_one(leave))
    return merged(WITHHOLDINGS, directory_handlers(resources), leaving)


_ALONE = frozenset({UnitUpserted.type, PrincipalUpserted.type, *WITHHOLDINGS})


async def _show_lights(resources: Resources) -> None:
    owing = {"briefing": open_recipients}
    await deadlines.show_lights(resources, owing)
    await escalate(resources, elsewhere=owing)


async def _fan_out(resources: Resources) -> None:
    await fan_out(resources)


async def _escalate(resources: Resources) -> None:
    await escalate_briefings(resources)


async def _make_bulletins(resources: Resources) -> None:
    await make_bulletins(resources)


SERVICE = Service(
    name="notification-service",
    short="notification",
    title="Notifications: inboxes, live stream, reminders",
    # The stream's path comes first, or it would be taken for a notice's id.
    routers=[streams, notifications, webhooks, event_streams, preferences, message_templates, briefings, bulletins],
    metadata=Base.metadata,
    migrations="notification_service.migrations",
    handlers=build_handlers,
    together=build_together,
    timers=[
        Timer("lights", 5.0, _show_lights),
        Timer("count-lights", 60.0, count_lights),
        Timer("fan-out", 0.25, _fan_out),
        Timer("briefings", 30.0, _escalate),
        Timer("bulletins", 60.0, _make_bulletins),
        Timer("working-calendar", 3600.0, learn_calendar),
        Timer("webhooks", 0.5, send_due),
        Timer("messages", 2.0, send_messages),
        Timer("outward-purge", 3600.0, forget_old_events),
    ],
    jobs={CONFIRM_EMAIL: send_confirmation},
    settings=[OutwardSettings, MessageSettings, BriefingSettings, LightSettings, BulletinSettings],
    build_own=build_own,
    sealed=SEALED,
)

main = service_cli(SERVICE)
main.add_typer(partners, name="partners")
