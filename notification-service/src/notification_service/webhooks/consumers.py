"""Every event that may leave is kept for those outside and put before the webhooks that want its type."""

from collections.abc import Sequence

from chassis.uow import Uow
from contracts.envelope import Envelope, Event

from notification_service.outward_events import service as outward
from notification_service.resources import NotificationResources
from notification_service.webhooks import repository


async def let_out(uow: Uow, own: NotificationResources, events: Sequence[tuple[Envelope, Event]]) -> None:
    """Let events leave, those that may, in their order; a repeat leaves once."""
    if seqs := await outward.store_events(uow, own, events):
        await repository.offer(uow.session, seqs, uow.now)
