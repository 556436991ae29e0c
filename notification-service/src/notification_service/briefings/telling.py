"""Who is told of a briefing, who is reminded, and when leaders hear of it. Nobody is told what it says."""

from collections.abc import Sequence
from uuid import UUID

from chassis.identity import SYSTEM
from chassis.service import Resources
from chassis.uow import Uow
from contracts.notification import BriefingEscalated

from notification_service.briefings import repository
from notification_service.briefings.domain import ITEM, STAFF, BriefingState
from notification_service.briefings.events import emit_briefing
from notification_service.briefings.models import Briefing
from notification_service.briefings.policy import levels_above
from notification_service.deadlines import service as deadlines
from notification_service.deadlines.domain import Clock
from notification_service.notices import service as notices
from notification_service.notices.addresses import Address, Relation
from notification_service.notices.items import Item
from notification_service.notices.roles import LEADERS
from notification_service.notices.service import Draft
from notification_service.resources import own_of


async def tell_recipients(uow: Uow, resources: Resources, briefing: Briefing, event_id: UUID, kind: str) -> None:
    """One notice in every recipient's inbox; of a unit, in those of all who may acknowledge for it."""
    everybody = await repository.list_addressees(uow.session, briefing.id)
    draft = Draft(event_id, kind, _item(briefing), is_lasting=False)
    await notices.announce_to(uow, own_of(resources), draft, await _people(uow, briefing, everybody))


async def open_recipients(uow: Uow, item_id: str) -> dict[str, str | None]:
    """Who is reminded: all who have not acknowledged (sub → unit)."""
    briefing = await repository.find(uow.session, UUID(item_id))
    return {} if briefing is None else await _people(uow, briefing, await repository.list_open(uow.session, briefing))


async def _people(uow: Uow, briefing: Briefing, recipients: Sequence[tuple[str | None, str]]) -> dict[str, str | None]:
    found: dict[str, str | None] = {sub: unit for sub, unit in recipients if sub is not None}
    units = [unit for sub, unit in recipients if sub is None]
    for person in await repository.list_holders(uow.session, units, STAFF, levels_above(briefing.secrecy_level)):
        found.setdefault(person.sub, person.unit)
    return found


async def set_clock(uow: Uow, briefing: Briefing) -> None:
    """Remind until everybody has acknowledged, from the day before it is due."""
    counts = await repository.count_recipients(uow.session, [briefing.id])
    is_owed = briefing.state == BriefingState.ISSUED.value and counts.get(briefing.id, (0, 0))[1] > 0
    due_at = briefing.ack_due if is_owed else None
    clock = Clock(ITEM, str(briefing.id), None, unit=briefing.issuing_unit, rule="acknowledge", due_at=due_at)
    await deadlines.set_clock(uow, clock, version=briefing.version, commission=briefing.commission)


async def escalate_briefings(resources: Resources) -> int:
    """Tell the leaders of those who have not acknowledged for too long, once for each edition; returns how many
    briefings that were."""
    escalated = 0
    while True:
        async with resources.transactions(SYSTEM) as uow:
            briefing = await repository.lock_to_escalate(uow.session, uow.now)
            if briefing is None:
                return escalated
            escalated += await _escalate(uow, resources, briefing)


async def _escalate(uow: Uow, resources: Resources, briefing: Briefing) -> bool:
    units = sorted({unit for _, unit in await repository.list_open(uow.session, briefing)})
    briefing.escalated_edition = briefing.edition
    if not units:
        return False
    briefing.version += 1
    await uow.session.flush()
    event_id = await emit_briefing(uow, BriefingEscalated.type, briefing, escalated_units=units)
    addresses = [Address(Relation.LEADERSHIP, unit, LEADERS, unit) for unit in units]
    draft = Draft(event_id, "briefing_escalated", _item(briefing), is_lasting=False)
    await notices.announce(uow, own_of(resources), draft, addresses)
    await uow.audit("escalate", ITEM, briefing.id, detail={"units": len(units), "edition": briefing.edition})
    return True


def _item(briefing: Briefing) -> Item:
    due_at = briefing.ack_due if briefing.state == BriefingState.ISSUED.value else None
    return Item(ITEM, str(briefing.id), None, due_at)
