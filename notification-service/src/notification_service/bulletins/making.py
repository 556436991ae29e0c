"""Making bulletins: one per rhythm and period, whoever makes it and however often that is tried."""

from chassis.identity import SYSTEM
from chassis.service import Resources
from chassis.uow import Uow

from notification_service.bulletins import repository
from notification_service.bulletins.domain import Period, periods_due
from notification_service.bulletins.settings import BulletinSettings
from notification_service.notices import service as notices
from notification_service.notices.addresses import Address, Relation
from notification_service.notices.items import Item
from notification_service.resources import own_of


async def make_bulletins(resources: Resources) -> int:
    """Make what is due by the business clock; returns how many. The first ones of a new platform are told to nobody.

    The row and the notice commit together: a process that dies has made neither or both, and of several that try at
    once the others wait for the first and then find it made.
    """
    made = 0
    for rhythm in BulletinSettings().bulletin_rhythms:
        async with resources.transactions(SYSTEM) as uow:
            newest = await repository.newest_period(uow.session, rhythm)
            due = periods_due(rhythm, uow.clock.today(), newest)
        for period in due:
            async with resources.transactions(SYSTEM) as uow:
                made += await _make(uow, resources, period, tells=newest is not None)
    return made


async def _make(uow: Uow, resources: Resources, period: Period, *, tells: bool) -> bool:
    bulletin_id = await repository.add(uow.session, period, uow.now)
    if bulletin_id is None:
        return False
    if not tells:
        return True
    own, settings = own_of(resources), BulletinSettings()
    roles, types = frozenset(settings.bulletin_roles), frozenset(settings.bulletin_unit_types)
    units = sorted(unit.code for unit in await own.trees.tree(uow.session) if unit.unit_type in types)
    item = Item("bulletin", str(bulletin_id), period.number, None)
    addresses = [Address(Relation.UNIT, code, roles, code) for code in units]
    await notices.announce(uow, own, notices.Draft(bulletin_id, "bulletin_made", item), addresses)
    return True
