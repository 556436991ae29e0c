"""Who follows which event: features each for themselves, the directory copy before all, some types in runs."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from contracts.envelope import Envelope
from contracts.pool import PrincipalUpserted, UnitUpserted

from chassis import directory
from chassis.consumer import Handler, ManyHandler
from chassis.service import Resources, Service
from chassis.uow import Uow


def merged(*features: Mapping[str, Handler]) -> dict[str, Handler]:
    """The handlers of all features by event type; each runs, in the order given, in the one transaction."""
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


def one_by_one(handler: ManyHandler) -> Handler:
    """A handler of runs, for one event."""

    async def handle(uow: Uow, envelope: Envelope, event: Any) -> None:
        await handler(uow, [(envelope, event)])

    return handle


def all_handlers(service: Service, resources: Resources) -> dict[str, Handler]:
    """The directory copy's handlers and the service's own; where both follow a type, the copy is written first.

    Raises:
        ValueError: a type that is handled together with its neighbours has another handler as well.
    """
    found = merged(directory_handlers(), service.handlers(resources))
    together = service.together(resources)
    if twice := together.keys() & found.keys():
        message = f"handled together and by themselves: {sorted(twice)}"
        raise ValueError(message)
    return {**found, **{event_type: one_by_one(handler) for event_type, handler in together.items()}}


def directory_handlers() -> dict[str, Handler]:
    """Handlers that keep the local copy of units and principals."""

    async def on_unit(uow: Uow, envelope: Envelope, event: UnitUpserted) -> None:
        await directory.store_unit(uow.session, {**event.model_dump(mode="json"), "version": envelope.version})

    async def on_principal(uow: Uow, envelope: Envelope, event: PrincipalUpserted) -> None:
        await directory.store_principal(uow.session, {**event.model_dump(mode="json"), "version": envelope.version})

    return {UnitUpserted.type: on_unit, PrincipalUpserted.type: on_principal}
