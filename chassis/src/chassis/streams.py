"""The platform's two streams: what they keep, for how long, in how many copies."""

import asyncio
from typing import Any

from chassis.broker import Broker, BrokerUnavailable
from chassis.settings import PlatformSettings

EVENT_STREAM = "EVT"
DEAD_LETTER_STREAM = "DLQ"

_NANOSECONDS, _DAY = 10**9, 86_400 * 10**9
_PAUSE_SECONDS = 0.25


def platform_streams(settings: PlatformSettings) -> list[dict[str, Any]]:
    """The event stream and the dead-letter stream."""
    shared = {
        "retention": "limits",
        "storage": "file",
        "discard": "new",  # a full stream shows as a refused publish, which the outbox absorbs
        "allow_atomic": True,
        "allow_direct": True,
        "deny_delete": True,
        "duplicate_window": 120 * _NANOSECONDS,
        "num_replicas": settings.stream_replicas,
    }
    events = {
        "name": EVENT_STREAM,
        "subjects": ["evt.>"],
        "max_age": 90 * _DAY,
        "max_bytes": settings.stream_max_bytes,
    }
    dead_letters = {
        "name": DEAD_LETTER_STREAM,
        "subjects": ["dlq.>"],
        "max_age": 365 * _DAY,
        "max_bytes": settings.stream_max_bytes // 8,
    }
    return [{**events, **shared}, {**dead_letters, **shared}]


async def ensure_streams(broker: Broker, settings: PlatformSettings, stop: asyncio.Event | None = None) -> None:
    """Make the platform's streams, trying until the server answers or ``stop`` is set.

    Raises:
        BrokerRefused: the server will not have them, such as for want of storage.
    """
    while stop is None or not stop.is_set():
        try:
            await broker.ensure_streams(platform_streams(settings))
        except BrokerUnavailable:
            await asyncio.sleep(_PAUSE_SECONDS)
        else:
            return
