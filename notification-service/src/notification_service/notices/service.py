"""Telling people, and reading one's own inbox."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from chassis.directory import UnitTree
from chassis.errors import NotFound
from chassis.uow import Uow
from contracts.envelope import Envelope, Event
from contracts.inspection import FindingRecorded, TeamProposed
from contracts.pool import PrincipalUpserted, UnitUpserted

from notification_service.fan_outs import repository as fan_outs
from notification_service.notices import repository
from notification_service.notices.addresses import Address, Relation, units_reached
from notification_service.notices.domain import LATE_DELIVERY, ORIGINS, TELLINGS, audience, origin_refs
from notification_service.notices.items import Item, item_of
from notification_service.notices.repository import Held, Holder
from notification_service.resources import NotificationResources

_AT_ONCE = 250
"""So many inboxes are written in the transaction of the event itself."""


@dataclass(frozen=True)
class Draft:
    """A notice about to be told."""

    event_id: UUID
    kind: str
    item: Item
    excluded_sub: str | None = None
    is_lasting: bool = True


async def tell_of(uow: Uow, own: NotificationResources, envelope: Envelope, event: Event) -> None:
    """Tell the audience of an event; a repeat tells nobody twice."""
    offices = await repository.list_offices(uow.session, origin_refs(event))
    telling = TELLINGS[event.type]
    excluded = None if telling.tells_actor else envelope.actor
    draft = Draft(envelope.id, telling.kind, item_of(event), excluded_sub=excluded)
    await announce(uow, own, draft, audience(event, offices))


async def announce(uow: Uow, own: NotificationResources, draft: Draft, addresses: Sequence[Address]) -> None:
    """Store a notice, and deliver it to those who hold the roles now."""
    if not addresses:
        return
    notice_id = await _store(uow, draft, addresses)
    if notice_id is None:
        return
    tree = await own.trees.tree(uow.session)
    recipients: dict[str, str | None] = {}
    for address in addresses:
        for sub in await _recipients(uow, address, tree):
            if sub != draft.excluded_sub:
                recipients.setdefault(sub, address.unit)
    await _send(uow, own, notice_id, recipients)


async def announce_to(uow: Uow, own: NotificationResources, draft: Draft, recipients: Mapping[str, str | None]) -> None:
    """Store a notice, and deliver it to these people (sub → unit concerned) and to nobody who comes later."""
    notice_id = await _store(uow, replace(draft, is_lasting=False), ())
    if notice_id is not None:
        await _send(uow, own, notice_id, {sub: unit for sub, unit in recipients.items() if sub != draft.excluded_sub})


async def _store(uow: Uow, draft: Draft, addresses: Sequence[Address]) -> UUID | None:
    values = {
        "event_id": draft.event_id,
        "kind": draft.kind,
        "item_type": draft.item.type,
        "item_id": draft.item.id,
        "item_no": draft.item.number,
        "due_at": draft.item.due_at,
        "excluded_sub": draft.excluded_sub,
        "is_lasting": draft.is_lasting,
        "created_at": uow.now,
    }
    return await repository.add_notice(uow.session, values, addresses)


async def _send(uow: Uow, own: NotificationResources, notice_id: UUID, recipients: Mapping[str, str | None]) -> None:
    """Deliver at once to few; to many from the worker, so that nobody else's notice waits for theirs."""
    if len(recipients) > _AT_ONCE:
        await fan_outs.add(uow.session, notice_id, recipients, uow.now)
    elif await repository.deliver(uow.session, notice_id, recipients, uow.now):
        uow.after_commit(own.hub.wake)


async def _recipients(uow: Uow, address: Address, tree: UnitTree) -> list[str]:
    if address.relation is Relation.PERSON:
        return [address.target]
    if address.relation is Relation.MEMBER:
        return await repository.list_accounts(uow.session, address.target)
    units = units_reached(address.relation, address.target, address.within, tree)
    return await repository.list_holders(uow.session, units, address.roles)


async def learn_office(uow: Uow, event: FindingRecorded | TeamProposed) -> None:
    """Remember the inspection office of a finding or a team: later events of others name only the reference."""
    ref = f"{ORIGINS[event.type]}:{getattr(event, event.key)}"
    await repository.remember_office(uow.session, ref, event.office_unit)


async def follow_unit(uow: Uow, own: NotificationResources, event: UnitUpserted) -> None:
    """A unit changed: its people and those of its linked office may be meant by notices older than its row."""
    units = [event.code, *([event.linked_office] if event.linked_office else [])]
    await deliver_missed(uow, own, await repository.list_people_of(uow.session, units))


async def follow_principal(uow: Uow, own: NotificationResources, event: PrincipalUpserted) -> None:
    """Somebody takes up a role, or got their account after the event: they are told what they missed."""
    holder = await repository.find_holder(uow.session, event.sub)
    if holder is not None:
        await deliver_missed(uow, own, [holder])


async def deliver_missed(uow: Uow, own: NotificationResources, holders: Collection[Holder]) -> None:
    """Give people the recent notices addressed to what they are now, unless they have them."""
    tree = await own.trees.tree(uow.session)
    delivered = 0
    for holder in holders:
        known = await repository.list_audiences_for(uow.session, holder)
        meant = [one.id for one in known if _means(one, holder, tree)]
        since = uow.now - LATE_DELIVERY
        delivered += await repository.deliver_missed(uow.session, holder.sub, meant, since=since, now=uow.now)
    if delivered:
        uow.after_commit(own.hub.wake)


def _means(known: repository.KnownAudience, holder: Holder, tree: UnitTree) -> bool:
    if known.relation in (Relation.PERSON, Relation.MEMBER):
        return True
    return holder.unit in units_reached(known.relation, known.target, known.within, tree)


async def list_notices(uow: Uow, *, unread: bool, kind: str | None, before: int | None, limit: int) -> list[Held]:
    """The caller's own notices, newest first, one more than ``limit`` if there are more."""
    return await repository.list_held(
        uow.session, uow.actor.sub, unread=unread, kind=kind, before=before, limit=limit + 1
    )


async def get_notice(uow: Uow, notice_id: UUID) -> Held:
    """One of the caller's own notices; raises ``NotFound``."""
    held = await repository.find_held(uow.session, uow.actor.sub, notice_id)
    if held is None:
        raise NotFound
    return held


async def read_notice(uow: Uow, notice_id: UUID) -> Held:
    """Mark one of the caller's own notices as read; reading it again changes nothing. Raises ``NotFound``."""
    held = await repository.find_held(uow.session, uow.actor.sub, notice_id, lock=True)
    if held is None:
        raise NotFound
    if held.delivery.read_at is None:
        held.delivery.read_at = uow.now
    return held


async def read_all(uow: Uow) -> int:
    """Mark all of the caller's notices as read; returns how many were not."""
    return await repository.mark_all_read(uow.session, uow.actor.sub, uow.now)


async def list_after(uow: Uow, after: int, limit: int) -> list[Held]:
    """The caller's own notices delivered after a position, in the order of delivery."""
    return await repository.list_after(uow.session, uow.actor.sub, after, limit)


async def present_seq(uow: Uow) -> int:
    """The position of the newest delivery to anybody."""
    return await repository.last_seq(uow.session)
