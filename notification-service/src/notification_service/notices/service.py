"""Telling people, and reading one's own inbox."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from uuid import UUID

from chassis.directory import UnitTree
from chassis.errors import NotFound
from chassis.uow import Uow
from contracts.envelope import Envelope, Event
from contracts.inspection import FindingRecorded, TeamProposed
from contracts.pool import PrincipalUpserted, UnitUpserted

from notification_service.fan_outs import repository as fan_outs
from notification_service.notices import directory, repository
from notification_service.notices.addresses import PERSONAL, Address, Relation, units_reached
from notification_service.notices.directory import Holder
from notification_service.notices.domain import LATE_DELIVERY, ORIGINS, TELLINGS, audience, origin_refs
from notification_service.notices.errors import AcknowledgementNotAsked
from notification_service.notices.items import Item, asks_acknowledgement, item_of
from notification_service.notices.repository import Held, Letter
from notification_service.resources import NotificationResources

_AT_ONCE = 250
"""So many inboxes are written for a notice in the transaction of the event itself."""


@dataclass(frozen=True)
class Draft:
    """A notice about to be told."""

    event_id: UUID
    kind: str
    item: Item
    excluded_sub: str | None = None
    is_lasting: bool = True


async def tell_of(uow: Uow, own: NotificationResources, events: Sequence[tuple[Envelope, Event]]) -> None:
    """Tell the audiences of events; a repeat tells nobody twice.

    Findings and teams name their inspection office here: later events of others name only the reference.
    """
    origins = [event for _, event in events if isinstance(event, FindingRecorded | TeamProposed)]
    offices = {f"{ORIGINS[one.type]}:{getattr(one, one.key)}": one.office_unit for one in origins}
    await repository.remember_offices(uow.session, offices)
    told = [(envelope, event) for envelope, event in events if event.type in TELLINGS]
    offices = await repository.list_offices(uow.session, {ref for _, event in told for ref in origin_refs(event)})
    await announce_all(uow, own, [(_draft(envelope, event), audience(event, offices)) for envelope, event in told])


def _draft(envelope: Envelope, event: Event) -> Draft:
    telling = TELLINGS[event.type]
    excluded = None if telling.tells_actor else envelope.actor
    return Draft(envelope.id, telling.kind, item_of(event), excluded_sub=excluded)


async def announce(uow: Uow, own: NotificationResources, draft: Draft, addresses: Sequence[Address]) -> None:
    """Store a notice, and deliver it to those who hold the roles now."""
    await announce_all(uow, own, [(draft, addresses)])


async def announce_all(uow: Uow, own: NotificationResources, drafts: Sequence[tuple[Draft, Sequence[Address]]]) -> None:
    """Store notices in their order, and deliver them to those who hold the roles now."""
    meant = [(draft, addresses) for draft, addresses in drafts if addresses]
    if not meant:
        return
    people = await _people(uow, own, {one for _, addresses in meant for one in addresses})
    letters = []
    for draft, addresses in meant:
        known: dict[str, str | None] = {}
        for address in addresses:
            for sub in people[address]:
                if sub != draft.excluded_sub:
                    known.setdefault(sub, address.unit)
        letters.append(Letter(_row(uow, draft), addresses, known))
    await _send(uow, own, letters)


async def announce_to(uow: Uow, own: NotificationResources, draft: Draft, recipients: Mapping[str, str | None]) -> None:
    """Store a notice, and deliver it to these people (sub → unit concerned) and to nobody who comes later."""
    people = {sub: unit for sub, unit in recipients.items() if sub != draft.excluded_sub}
    await _send(uow, own, [Letter(_row(uow, replace(draft, is_lasting=False)), (), people)])


def _row(uow: Uow, draft: Draft) -> dict[str, object]:
    return {
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


async def _send(uow: Uow, own: NotificationResources, letters: Sequence[Letter]) -> None:
    """Store notices and deliver them, those that were not stored before: at once to few; to many from the worker, so
    that nobody else's notice waits for theirs."""
    ids = await repository.post(uow.session, letters, at_once=_AT_ONCE)
    fresh = [(ids[one.event_id], one.recipients) for one in letters if one.event_id in ids]
    for notice_id, recipients in fresh:
        if len(recipients) > _AT_ONCE:
            await fan_outs.add(uow.session, notice_id, recipients, uow.now)
    told = {sub for _, recipients in fresh if len(recipients) <= _AT_ONCE for sub in recipients}
    if told:
        uow.after_commit(partial(own.hub.wake, told))


async def _people(uow: Uow, own: NotificationResources, addresses: Collection[Address]) -> dict[Address, list[str]]:
    """Address → who is meant by it, as the directory stands."""
    found = {one: [one.target] for one in addresses if one.relation is Relation.PERSON}
    members = [one for one in addresses if one.relation is Relation.MEMBER]
    accounts = await directory.list_accounts(uow.session, {one.target for one in members})
    found.update({one: accounts.get(one.target, []) for one in members})
    others = [one for one in addresses if one.relation not in PERSONAL]
    while others:  # asked with the tree of the last time, and with the present one if that is another
        tree = own.trees.known
        wanted = [(units_reached(one.relation, one.target, one.within, tree), one.roles) for one in others]
        stamp, holders = await directory.list_holders(uow.session, wanted)
        if own.trees.is_present(stamp):
            return {**found, **dict(zip(others, holders, strict=True))}
        await own.trees.tree(uow.session)
    return found


async def follow_unit(uow: Uow, own: NotificationResources, event: UnitUpserted) -> None:
    """A unit changed: its people and those of its linked office may be meant by notices older than its row."""
    units = [event.code, *([event.linked_office] if event.linked_office else [])]
    await deliver_missed(uow, own, await directory.list_people_of(uow.session, units))


async def follow_principal(uow: Uow, own: NotificationResources, event: PrincipalUpserted) -> None:
    """Somebody takes up a role, or got their account after the event: they are told what they missed."""
    holder = await directory.find_holder(uow.session, event.sub)
    if holder is not None:
        await deliver_missed(uow, own, [holder])


async def deliver_missed(uow: Uow, own: NotificationResources, holders: Collection[Holder]) -> None:
    """Give people the recent notices addressed to what they are now, unless they have them."""
    tree = await own.trees.tree(uow.session)
    told = set()
    for holder in holders:
        known = await repository.list_audiences_for(uow.session, holder)
        meant = [one.id for one in known if _means(one, holder, tree)]
        since = uow.now - LATE_DELIVERY
        if await repository.deliver_missed(uow.session, holder.sub, meant, since=since, now=uow.now):
            told.add(holder.sub)
    if told:
        uow.after_commit(partial(own.hub.wake, told))


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


async def acknowledge_notice(uow: Uow, notice_id: UUID) -> Held:
    """Take note of one of the caller's own notices, and read it; a second time changes nothing.

    Raises:
        NotFound: no notice of the caller's.
        AcknowledgementNotAsked: a notice of another kind, or of an item that is acknowledged itself.
    """
    held = await read_notice(uow, notice_id)
    if not asks_acknowledgement(held.notice.kind, held.notice.item_type):
        raise AcknowledgementNotAsked
    if held.delivery.acknowledged_at is None:
        held.delivery.acknowledged_at = uow.now
        await uow.audit("acknowledge", held.notice.item_type, held.notice.item_id, detail={"kind": held.notice.kind})
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
