"""Every event that may leave is kept for those outside and put before the webhooks that want its type."""

from chassis.consumer import Handler
from chassis.service import Resources
from chassis.uow import Uow
from contracts.envelope import Envelope, Event

from notification_service.outward_events import service as outward
from notification_service.outward_events.domain import outward_types
from notification_service.resources import own_of
from notification_service.webhooks import repository


def handlers(resources: Resources) -> dict[str, Handler]:
    """Event type → handler."""

    async def let_out(uow: Uow, envelope: Envelope, event: Event) -> None:
        seq = await outward.store_event(uow, own_of(resources), envelope, event)
        if seq is not None:
            await repository.offer(uow.session, envelope.id, envelope.type, seq, uow.now)

    return dict.fromkeys(outward_types(), let_out)
