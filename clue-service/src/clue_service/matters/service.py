"""Matters and their leads. Whatever changes them first calls ``serialise``.

One lock for all of them: the changes are decisions of people and the few intakes that overlap, each some milliseconds
long, and a finer lock order through clues, pairs, alerts and matters would have to be kept by every feature.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from chassis.directory import UnitTree
from chassis.uow import Uow

from clue_service.access.contacts import contact_of
from clue_service.matters import repository
from clue_service.matters.domain import Lead, components, prevailing
from clue_service.matters.errors import MatterLedElsewhere


async def serialise(uow: Uow) -> None:
    """Let no other transaction change matters, leads or alerts until this one ends. Safe to call twice.

    Lock a clue's row before, never after: approvals hold one while they wait here.
    """
    await repository.lock_all(uow.session)


async def matter_of(uow: Uow, clue_id: UUID) -> UUID | None:
    """The matter a clue belongs to."""
    return (await repository.matters_of(uow.session, [clue_id])).get(clue_id)


async def matters_of(uow: Uow, clue_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """The matter of each clue that belongs to one."""
    return await repository.matters_of(uow.session, clue_ids)


async def link_clues(
    uow: Uow, pairs: Sequence[tuple[UUID, UUID]], source_id: UUID, standing: Iterable[Lead] = ()
) -> UUID:
    """Hold clues to be one matter, joining the matters they belonged to. Call ``serialise`` first.

    Args:
        pairs: The clues, two by two.
        source_id: The candidate, alert or clue whose decision it is.
        standing: Leads that members took by an approval before there was a matter.

    Returns:
        The matter.
    """
    clue_ids = {clue_id for pair in pairs for clue_id in pair}
    for pair in pairs:
        await repository.add_link(
            uow.session, pair, source_id, linked_by=uow.actor.acting_for or uow.actor.sub, linked_at=uow.now
        )
    joined = sorted(set((await repository.matters_of(uow.session, clue_ids)).values()))
    matter_id = joined[0] if joined else await repository.add_matter(uow.session, uow.now)
    members = {*clue_ids, *await repository.members_of(uow.session, joined)}
    await repository.put_members(uow.session, matter_id, sorted(members))
    leads = await repository.leads_of(uow.session, joined)
    lead = prevailing([*leads.values(), *standing])
    for scope_id in leads:
        await repository.remove_lead(uow.session, scope_id)
    if lead is not None:
        await repository.put_lead(uow.session, matter_id, lead)
    return matter_id


async def unlink_clues(uow: Uow, source_id: UUID, clue_ids: Iterable[UUID]) -> None:
    """Take a decision's links back and let the matter fall apart where nothing else holds it.

    Call ``serialise`` first.
    """
    matter_ids = set((await repository.matters_of(uow.session, clue_ids)).values())
    await repository.remove_links(uow.session, source_id)
    for matter_id in sorted(matter_ids):
        await _split(uow, matter_id)


async def _split(uow: Uow, matter_id: UUID) -> None:
    members = await repository.members_of(uow.session, [matter_id])
    parts = components(members, await repository.links_among(uow.session, members))
    lead = (await repository.leads_of(uow.session, [matter_id])).get(matter_id)
    kept = False
    for part in parts:
        if len(part) == 1:
            await repository.remove_member(uow.session, next(iter(part)))
            continue
        scope = await repository.add_matter(uow.session, uow.now) if kept else matter_id
        await repository.put_members(uow.session, scope, sorted(part))
        if kept and lead is not None and lead.clue_id in part:
            await repository.move_lead(uow.session, matter_id, scope)
        kept = True
    single = {clue_id for part in parts if len(part) == 1 for clue_id in part}
    if lead is not None and (not kept or lead.clue_id in single):
        await repository.remove_lead(uow.session, matter_id)


async def check_lead(uow: Uow, tree: UnitTree, scope_ids: Iterable[UUID], commission: str, unit: str | None) -> None:
    """Raise MatterLedElsewhere where a rival leads one of the matters or alerts."""
    leads = await repository.leads_of(uow.session, scope_ids)
    for scope_id in sorted(leads):
        lead = leads[scope_id]
        if not lead.covers(commission, unit):
            led_by = lead.commission if lead.commission != commission else (lead.unit or lead.commission)
            found = tree.find(led_by)
            line = (found.contact if found else None) or contact_of(tree, lead.commission)
            raise MatterLedElsewhere(members={"route": {"kind": "joint", "unit": led_by, "contact": line}})


async def take_lead(uow: Uow, tree: UnitTree, scope_ids: Iterable[UUID], lead: Lead) -> None:
    """Take the lead of matters and alerts for an approved check; raises MatterLedElsewhere where a rival has one."""
    scopes = sorted(scope_ids)
    for scope_id in scopes:
        await repository.take_lead(uow.session, scope_id, lead)
    await check_lead(uow, tree, scopes, lead.commission, lead.unit)


async def designate(uow: Uow, scope_ids: Iterable[UUID], commission: str) -> None:
    """Give the lead of matters and alerts to a commission as a whole, whoever had it."""
    lead = Lead(commission=commission, unit=None, clue_id=None, basis="designated", taken_at=uow.now)
    for scope_id in sorted(scope_ids):
        await repository.put_lead(uow.session, scope_id, lead)


async def leads_of(uow: Uow, scope_ids: Iterable[UUID]) -> dict[UUID, Lead]:
    """The lead of each matter or alert that has one."""
    return await repository.leads_of(uow.session, scope_ids)


async def drop_lead(uow: Uow, scope_id: UUID) -> None:
    """Nobody leads a matter or alert any more."""
    await repository.remove_lead(uow.session, scope_id)


async def inherit_lead(uow: Uow, scope_id: UUID, lead: Lead) -> None:
    """Carry a lead over to a scope that takes another's place: the one that prevails stays."""
    standing = (await repository.leads_of(uow.session, [scope_id])).get(scope_id)
    prevails = prevailing([lead, *([standing] if standing else [])])
    if prevails is not None:
        await repository.put_lead(uow.session, scope_id, prevails)
