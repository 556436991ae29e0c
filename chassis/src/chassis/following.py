"""Several features may follow the same event: each handler runs, in the order given, in the one transaction."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from contracts.envelope import Envelope

from chassis.consumer import Handler
from chassis.uow import Uow


def merged(*features: Mapping[str, Handler]) -> dict[str, Handler]:
    """The handlers of all features by event type."""
    by_type: dict[str, list[Handler]] = defaultdict(list)
    for handlers in features:
        for event_type, handler in handlers.items():
            by_type[event_type].append(handler)
    return {event_type: _one_after_the_other(handlers) for event_type, handlers in by_type.items()}


def _one_after_the_other(handlers: Sequence[Handler]) -> Handler:
    async def handle(uow: Uow, envelope: Envelope, event: Any) -> None:
        for handler in handlers:
            await handler(uow, envelope, event)

    return handlers[0] if len(handlers) == 1 else handle
