"""Following clocks, and telling of their lights: once per item, light and day."""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from chassis.identity import SYSTEM
from chassis.service import Resources
from chassis.uow import Uow
from contracts.envelope import Envelope, Event
from contracts.notification import DeadlineOverdue, DeadlineReminded

from notification_service.deadlines import repository
from notification_service.deadlines.clocks import CLOCKS
from notification_service.deadlines.domain import Clock, Light, addresses_of, light_of
from notification_service.deadlines.models import Deadline
from notification_service.notices import service as notices
from notification_service.notices.items import Item
from notification_service.notices.service import Draft
from notification_service.resources import NotificationResources, own_of

_BATCH = 100


async def follow(uow: Uow, envelope: Envelope, event: Event) -> None:
    """Start, move or stop the clocks of an event's item; older events change nothing."""
    for clock in CLOCKS[event.type](event):
        await repository.store_clock(uow.session, clock, version=envelope.version, commission=envelope.commission)


async def set_clock(uow: Uow, clock: Clock, *, version: int, commission: str | None) -> None:
    """Start, move or stop the clock of an item of this service's own, at a version of the item."""
    await repository.store_clock(uow.session, clock, version=version, commission=commission)


Owing = Callable[[Uow, str], Awaitable[Mapping[str, str | None]]]
"""Who owes something about an item by its id: sub → unit concerned."""


async def show_lights(resources: Resources, owing: Mapping[str, Owing] = MappingProxyType({})) -> int:
    """Tell of every light not told today, by the business clock; returns how many.

    Args:
        resources: the service's.
        owing: item types whose lights are for people who are known by name, not by what their unit owes.
    """
    told = 0
    while True:
        async with resources.transactions(SYSTEM) as uow:
            due = await repository.lock_due(uow.session, uow.now, uow.clock.today(), _BATCH)
            for deadline in due:
                told += await _show(uow, own_of(resources), deadline, owing)
        if len(due) < _BATCH:
            return told


async def _show(uow: Uow, own: NotificationResources, deadline: Deadline, owing: Mapping[str, Owing]) -> bool:
    assert deadline.due_at is not None
    light = light_of(deadline.due_at, uow.now)
    if light is None or not await repository.show_light(uow.session, deadline, light, uow.clock.today()):
        return False
    deadline.sequence += 1
    await uow.session.flush()
    contract = DeadlineOverdue if light is Light.RED else DeadlineReminded
    event = contract(
        deadline_id=deadline.id,
        item_type=deadline.item_type,
        item_id=deadline.item_id,
        unit=deadline.unit,
        rule=deadline.rule,
        light=light.value,
        due_at=deadline.due_at,
    )
    event_id = await uow.emit(
        event, aggregate_id=deadline.id, version=deadline.sequence, commission=deadline.commission
    )
    item = Item(deadline.item_type, deadline.item_id, deadline.item_no, deadline.due_at)
    # A reminder is about today; whoever takes up the role tomorrow gets tomorrow's.
    draft = Draft(event_id, f"deadline_{light.value}", item, is_lasting=False)
    if deadline.item_type in owing:
        people = await owing[deadline.item_type](uow, deadline.item_id)
        await notices.announce_to(uow, own, draft, people)
        return True
    addresses = addresses_of(
        deadline.item_type, deadline.unit, light, within=deadline.within, escalates_to=deadline.escalates_to
    )
    await notices.announce(uow, own, draft, addresses)
    return True
