"""Following who is recused from what."""

from chassis.consumer import Handler
from chassis.uow import Uow
from contracts.envelope import Envelope
from contracts.recusals import RecusalChanged

from notification_service.withholdings import repository


async def follow_recusal(uow: Uow, envelope: Envelope, event: RecusalChanged) -> None:
    """The event carries the whole set: who is in it no longer meets the item, who was and is not meets it again."""
    await repository.replace(uow.session, event.item_type, str(event.item_id), event.recused, version=envelope.version)


HANDLERS: dict[str, Handler] = {RecusalChanged.type: follow_recusal}
