"""Every event there is, listed by hand so that importing less can never shrink it."""

from collections.abc import Mapping
from types import MappingProxyType

from contracts import clue, inspection, notification, pool
from contracts.envelope import Event

EVENTS: tuple[type[Event], ...] = (*clue.EVENTS, *pool.EVENTS, *inspection.EVENTS, *notification.EVENTS)
BY_TYPE: Mapping[str, type[Event]] = MappingProxyType({event.type: event for event in EVENTS})
PRODUCERS: Mapping[str, str] = MappingProxyType(
    {
        "clue": "clue-service",
        "pool": "personnel-pool-service",
        "inspection": "inspection-service",
        "notification": "notification-service",
    }
)
"""The service that emits the types of a prefix; nobody else may."""
