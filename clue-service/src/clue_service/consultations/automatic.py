"""What happens without a caller: an overlap of several commissions convenes, and sealed opinions open in time."""

from uuid import UUID

from chassis.directory import UnitTree
from chassis.identity import SYSTEM
from chassis.service import Resources
from chassis.statements import keep_plans
from chassis.uow import Uow

from clue_service.consultations import domain, repository
from clue_service.consultations.domain import ConsultationState, Kind, Opening
from clue_service.consultations.events import emit_consultation
from clue_service.consultations.models import Consultation
from clue_service.consultations.moving import open_opinions
from clue_service.deadlines import service as deadlines
from clue_service.deadlines.domain import CONSULTATION_OPINION, end_of_day
from clue_service.overlap_alerts import detection
from clue_service.proceedings.service import take_step
from clue_service.recusals import telling
from clue_service.recusals.reach import Item

TOPIC = "多家纪委监委收到疑似同一事项的问题线索，请会商确定是否同一事项、由谁主办、如何协同。"
"""What an overlap is deliberated on. It tells nothing of any clue."""
_SCHEDULED = "clue.consultation.scheduled.v1"
_INVITED = "clue.consultation.invited.v1"


async def convene_for_alert(uow: Uow, tree: UnitTree, alert_id: UUID) -> UUID | None:
    """Convene once all commissions of an overlap alert as soon as they are three, and invite who joins later.

    Whatever is delivered twice, late or at the same time: an alert has one consultation, and each commission one
    invitation. Alerts that were merged bring theirs along; a second one is cancelled unless it was held.

    Returns:
        The consultation's id; None where there are too few commissions, or the alert is settled.
    """
    await keep_plans(uow.session)
    alert = await repository.find_alert(uow.session, alert_id)
    if alert is None or alert.state == "resolved":
        return None
    commissions = sorted(await detection.commissions_of(uow, alert.id))
    if len(commissions) < domain.UNITS_THAT_CONVENE:
        return None
    await _bring_along(uow, alert.id)
    created = await repository.add_for_alert(uow.session, await _values(uow, tree, alert.id, commissions))
    item = await repository.lock_of_alert(uow.session, alert.id)
    assert item is not None
    present = await repository.list_participants(uow.session, [item.id]) if created is None else ()
    known = {one.unit for one in present}
    joined = [code for code in commissions if code not in known]
    if not joined or item.state not in (ConsultationState.APPROVED, ConsultationState.SCHEDULED):
        return item.id
    await repository.add_participants(uow.session, item.id, dict.fromkeys(joined, ()))
    verb = "convene" if created is not None else "invite"
    await take_step(uow, domain.ITEM, item, verb, None, {"participants": joined})
    event = _SCHEDULED if created is not None else _INVITED
    await emit_consultation(uow, event, item, sorted({*known, *joined}), invited=tuple(joined))
    return item.id


async def _values(uow: Uow, tree: UnitTree, alert_id: UUID, commissions: list[str]) -> dict[str, object]:
    convener = convener_of(tree, commissions)
    due = await deadlines.due_for(uow, CONSULTATION_OPINION.name, uow.clock.today())
    return {
        "kind": Kind.OVERLAP.value,
        "state": ConsultationState.SCHEDULED.value,
        "version": 0,
        "topic": TOPIC,
        "secrecy_level": "internal",
        "convener_unit": convener,
        "commission": tree.commission(convener),
        "convened_by": SYSTEM.sub,
        "convened_at": uow.now,
        "alert_id": alert_id,
        "quorum": domain.LEAST_UNITS,
        "opening": Opening.ALL.value,
        "scheduled_at": uow.now,
        "opinions_due_at": end_of_day(due.on, uow.clock.zone),
        "attended": [],
    }


def convener_of(tree: UnitTree, commissions: list[str]) -> str:
    """Who convenes: the one of the commissions that stands above all others, else their common superior commission.

    Where the superior is no commission, the first of them by code does.
    """
    above_all = [one for one in commissions if all(tree.is_within(other, one) for other in commissions)]
    if above_all:
        return above_all[0]
    superior = tree.lowest_common_superior(commissions)
    found = tree.find(superior)
    return found.code if found is not None and found.unit_type == "cdi" else commissions[0]


async def _bring_along(uow: Uow, alert_id: UUID) -> None:
    """Consultations of alerts that were merged into this one: the first goes on, unless this one has its own."""
    merged = await repository.lock_of_merged(uow.session, alert_id)
    own = await repository.lock_of_alert(uow.session, alert_id) if merged else None
    for item in merged:
        if item.state != ConsultationState.SCHEDULED:
            continue
        if own is None:
            item.alert_id, own = alert_id, item
            await uow.session.flush()
            await telling.tell_of_new(uow, Item(domain.ITEM, item.id))
        else:
            units = [one.unit for one in await repository.list_participants(uow.session, [item.id])]
            await take_step(uow, domain.ITEM, item, "cancel", ConsultationState.CANCELLED, {"merged_into": str(own.id)})
            await emit_consultation(uow, "clue.consultation.cancelled.v1", item, units)


async def open_due_opinions(resources: Resources) -> None:
    """Open the sealed opinions whose time is up."""
    while await _open_one(resources):
        pass


async def _open_one(resources: Resources) -> Consultation | None:
    async with resources.transactions(SYSTEM) as uow:
        item = await repository.lock_one_overdue(uow.session, uow.now)
        if item is not None:
            units = [one.unit for one in await repository.list_participants(uow.session, [item.id])]
            await open_opinions(uow, item, units)
        return item
