"""Reading bulletins."""

from collections.abc import Sequence
from uuid import UUID

from chassis.errors import NotFound
from chassis.uow import Uow

from notification_service.bulletins import repository
from notification_service.bulletins.errors import BulletinNotYours
from notification_service.bulletins.models import Bulletin
from notification_service.bulletins.settings import BulletinSettings


def check_reader(uow: Uow) -> None:
    """Raise ``BulletinNotYours`` unless the caller holds a role that bulletins are for."""
    if not uow.actor.has_any(*BulletinSettings().bulletin_roles):
        raise BulletinNotYours


async def list_bulletins(uow: Uow, before: UUID | None, limit: int) -> Sequence[Bulletin]:
    """What was made, newest first. Raises BulletinNotYours."""
    check_reader(uow)
    return await repository.list_newest(uow.session, before, limit)


async def get_bulletin(uow: Uow, bulletin_id: UUID) -> Bulletin:
    """One bulletin, without figures. Raises BulletinNotYours, NotFound."""
    check_reader(uow)
    found = await repository.find(uow.session, bulletin_id)
    if found is None:
        raise NotFound
    await uow.audit("read", "bulletin", found.id)
    return found
