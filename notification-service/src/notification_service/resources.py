"""What this service adds to the platform's resources."""

from dataclasses import dataclass

from chassis.service import Resources

from notification_service.notices.directory import Trees
from notification_service.notices.hub import Hub


@dataclass(frozen=True)
class NotificationResources:
    """The hub that wakes open streams, and the tree of units as a transaction sees it."""

    hub: Hub
    trees: Trees


def build_own(resources: Resources) -> NotificationResources:
    """This service's own resources."""
    return NotificationResources(hub=Hub(resources.database), trees=Trees())


def own_of(resources: Resources) -> NotificationResources:
    """The typed addition."""
    own: NotificationResources = resources.own
    return own
