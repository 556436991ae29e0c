"""Leaders hear, once, of what nobody has acknowledged for some working days."""

from collections.abc import Collection
from uuid import UUID

from chassis.identity import SYSTEM
from chassis.service import Resources
from chassis.uow import Uow
from chassis.working_days import Working, count_working_days
from contracts.notification import DeadlineEscalated

from notification_service.deadlines import repository
from notification_service.deadlines.models import Deadline
from notification_service.deadlines.repository import Unacknowledged
from notification_service.deadlines.service import emit_about, present_light
from notification_service.deadlines.settings import light_settings
from notification_service.notices import service as notices
from notification_service.notices.addresses import Address, Relation
from notification_service.notices.items import Item
from notification_service.notices.roles import LEADERS
from notification_service.notices.service import Draft
from notification_service.resources import own_of
from notification_service.working_calendars.service import calendar_of

_BATCH = 100


async def escalate(resources: Resources, elsewhere: Collection[str] = ()) -> int:
    """Tell the leaders of the unit that owes it, and of its commission; returns of how many clocks.

    Args:
        resources: the service's.
        elsewhere: item types that are escalated by another rule.
    """
    told, after = 0, UUID(int=0)
    patience = light_settings().light_escalation_working_days
    while True:
        async with resources.transactions(SYSTEM) as uow:
            found = await repository.lock_unacknowledged(
                uow.session, uow.clock, after=after, patience=patience, elsewhere=elsewhere, limit=_BATCH
            )
            if found:
                calendar, after = await calendar_of(uow), found[-1].deadline.id
            for one in found:
                if _is_long(uow, one, patience, calendar):
                    await _escalate(uow, resources, one)
                    told += 1
        if len(found) < _BATCH:
            return told


def _is_long(uow: Uow, one: Unacknowledged, patience: int, calendar: Working) -> bool:
    return uow.clock.today() > count_working_days(one.first_day, patience, calendar)[0]


async def _escalate(uow: Uow, resources: Resources, one: Unacknowledged) -> None:
    deadline = one.deadline
    await repository.note_escalation(uow.session, deadline.id, one.since, uow.now)
    event_id = await emit_about(uow, deadline, DeadlineEscalated, present_light(deadline, uow.now))
    draft = Draft(event_id, "deadline_escalated", _item(deadline))
    address = Address(Relation.LEADERSHIP, deadline.unit, LEADERS, deadline.unit, deadline.within)
    await notices.announce(uow, own_of(resources), draft, [address])
    await uow.audit("escalate", deadline.item_type, deadline.item_id, detail={"unit": deadline.unit})


def _item(deadline: Deadline) -> Item:
    return Item(deadline.item_type, deadline.item_id, deadline.item_no, deadline.due_at)
