"""What this service adds to the platform's resources."""

import asyncio
from dataclasses import dataclass, field
from ipaddress import ip_network
from uuid import UUID

from chassis.service import Resources

from notification_service.notices.directory import Trees
from notification_service.notices.hub import Hub
from notification_service.outward_events.hub import EventHub
from notification_service.outward_events.rights import Rights
from notification_service.outward_events.settings import OutwardSettings
from notification_service.webhooks.posting import Poster


@dataclass(frozen=True)
class NotificationResources:
    """Hubs that wake open streams, the tree of units as a transaction sees it, and what leaving events need."""

    hub: Hub
    trees: Trees
    events: EventHub
    rights: Rights
    poster: Poster
    turns: dict[UUID, asyncio.Task[None]] = field(default_factory=dict)
    """Webhooks that are being sent to by this process."""


def build_own(resources: Resources) -> NotificationResources:
    """This service's own resources."""
    settings = OutwardSettings()
    return NotificationResources(
        hub=Hub(resources.database),
        trees=Trees(),
        events=EventHub(resources.database),
        rights=Rights(),
        poster=Poster([ip_network(one) for one in settings.webhook_networks], settings.webhook_timeout_s),
    )


def own_of(resources: Resources) -> NotificationResources:
    """The typed addition."""
    own: NotificationResources = resources.own
    return own
