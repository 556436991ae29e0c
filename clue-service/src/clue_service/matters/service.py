"""Matters and their leads. Whatever changes them first calls ``serialise``.

One lock for all of them: the changes are decisions of people and the few intakes that overlap, each some milliseconds
long, and a finer order through pairs, alerts and matters would have to be kept by every feature (``locking``).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

from chassis.directory import UnitTree
from chassis.uow import Uow

from clue_service.access.contacts import contact_of
from clue_service.matter_changes import service as changes
from clue_service.matter_changes.models import MatterChange
from clue_service.matter_changes.service import Decision
from clue_service.matters import repository
from clue_service.matters.domain import ChangeKind, Link, MatterFacts, SourceKind
from clue_service.matters.errors import MatterLedElsewhere
from clue_service.matters.leads import Lead
from clue_service.matters.rearranging import Rearranged, matters_around, note_lead, rearrange
from clue_service.recusals import repository as recusals

DESIGNATED = "designated"


async def serialise(uow: Uow) -> None:
    """Let no other transaction change matters, leads or alerts until this one ends. Safe to call twice.

    Lock rows of clues after it, never before: raises LockedOutOfOrder.
    """
    await repository.lock_all(uow.session)


async def hold(uow: Uow, clue_ids: Collection[UUID]) -> None:
    """As ``serialise``, and where recusals may have to follow, lock the rows of some clues and of those around them.

    For whoever locks a clue, or its part in an alert, before matters change.
    """
    await serialise(uow)
    if await recusals.any_recusals(uow.session):
        await recusals.lock_around(uow.session, clue_ids)


async def matters_of(uow: Uow, clue_ids: Iterable[UUID]) -> dict[UUID, list[UUID]]:
    """The matters of each clue that belongs to any, earliest first; a mixed letter belongs to several."""
    return await repository.matters_of(uow.session, clue_ids)


async def matters_of_clue(uow: Uow, clue_id: UUID) -> list[UUID]:
    """The matters of a clue, earliest first."""
    return (await repository.matters_of(uow.session, [clue_id])).get(clue_id, [])


async def members_of(uow: Uow, matter_ids: Iterable[UUID]) -> dict[UUID, dict[UUID, list[str]]]:
    """The clues of some matters, each with the parts that belong."""
    return await repository.members_of(uow.session, matter_ids)


async def clues_around(uow: Uow, clue_ids: Collection[UUID]) -> set[UUID]:
    """Some clues, and all clues that share a matter with one of them."""
    around = await matters_around(uow, clue_ids)
    return set(clue_ids).union(*(facts.clues for facts in around.values()))


async def link_clues(
    uow: Uow, links: Sequence[Link], kind: SourceKind, reason: str | None = None, standing: Sequence[Lead] = ()
) -> Rearranged:
    """Hold clues to be one matter, joining the matters they belonged to. Call ``serialise`` first.

    Args:
        links: The clues, two by two, with the decision that joins them.
        kind: What made the decision.
        reason: Why, in a person's words.
        standing: Leads that the clues' approvals gave.
    """
    clue_ids = tuple(sorted({clue for link in links for clue in (link.clue_a, link.clue_b)}))
    decision = Decision(ChangeKind.LINKED, kind, links[0].source_id, clue_ids, reason)
    return await rearrange(uow, decision, add=links, standing=standing)


async def unlink_source(
    uow: Uow,
    source_id: UUID,
    kind: SourceKind,
    *,
    reason: str | None = None,
    standing: Sequence[Lead] = (),
    verbs: Collection[str] = (),
) -> Rearranged | None:
    """Take a decision's links back; matters fall apart where nothing else holds them, and come back as they were.

    Call ``serialise`` first. ``verbs`` are the steps of people to be flagged where taken since. None where the
    decision joined nothing.
    """
    links = await repository.links_of_source(uow.session, source_id)
    change = await changes.standing_change(uow, source_id)
    if not links and change is None:
        return None
    later = await changes.later_actions(uow, change, verbs)
    joined = {clue for link in links for clue in (link.clue_a, link.clue_b)}
    clue_ids = tuple(sorted(joined.union(change.clue_ids if change else ())))
    decision = Decision(ChangeKind.UNDONE, kind, source_id, clue_ids, reason, undoes=change, later_actions=later)
    return await rearrange(uow, decision, remove=links, standing=standing)


async def forget_clue(uow: Uow, clue_id: UUID, kind: ChangeKind, standing: Sequence[Lead]) -> None:
    """A clue is sealed or deleted: nothing hangs on it any more. Call ``serialise`` first."""
    links = await repository.links_touching(uow.session, [clue_id])
    if links:
        decision = Decision(kind, SourceKind.CLUE, clue_id, (clue_id,))
        await rearrange(uow, decision, remove=links, standing=standing)


async def let_count(uow: Uow, clue_id: UUID, reason: str, standing: Sequence[Lead]) -> None:
    """A clue is silent no more: it holds together what it belongs to. Call ``serialise`` first."""
    if await matters_of_clue(uow, clue_id):
        decision = Decision(ChangeKind.ANNOUNCED, SourceKind.CLUE, clue_id, (clue_id,), reason)
        await rearrange(uow, decision, standing=standing)


async def check_lead(uow: Uow, tree: UnitTree, scope_ids: Iterable[UUID], commission: str, unit: str | None) -> None:
    """Raise MatterLedElsewhere where a rival leads one of the matters or sets of overlapping clues."""
    leads = await repository.leads_of(uow.session, scope_ids)
    for scope_id in sorted(leads):
        lead = leads[scope_id]
        if not lead.covers(commission, unit):
            led_by = lead.commission if lead.commission != commission else (lead.unit or lead.commission)
            found = tree.find(led_by)
            line = (found.contact if found else None) or contact_of(tree, lead.commission)
            raise MatterLedElsewhere(members={"route": {"kind": "joint", "unit": led_by, "contact": line}})


async def take_lead(uow: Uow, tree: UnitTree, scope_ids: Iterable[UUID], lead: Lead) -> None:
    """Take the lead of matters and sets for an approved check; raises MatterLedElsewhere where a rival has one."""
    scopes = sorted(scope_ids)
    taken = await repository.take_lead(uow.session, scopes, lead)
    await check_lead(uow, tree, scopes, lead.commission, lead.unit)
    members = await repository.members_of(uow.session, taken)
    if members and lead.clue_id is not None:
        decision = Decision(ChangeKind.LEAD_TAKEN, SourceKind.CLUE, lead.clue_id, (lead.clue_id,))
        ledless = {matter: MatterFacts(frozenset(clues)) for matter, clues in members.items()}
        await note_lead(uow, decision, ledless, dict.fromkeys(members, lead))


async def designate(
    uow: Uow, scope_ids: Iterable[UUID], lead: Lead, kind: SourceKind, source_id: UUID, reason: str | None = None
) -> MatterChange | None:
    """Give the lead of matters and sets of overlapping clues, whoever had it. Call ``serialise`` first."""
    scopes = sorted(scope_ids)
    before = await repository.leads_of(uow.session, scopes)
    await repository.put_leads(uow.session, dict.fromkeys(scopes, lead))
    members = await repository.members_of(uow.session, scopes)
    facts = {matter: MatterFacts(frozenset(clues), before.get(matter)) for matter, clues in members.items()}
    decision = Decision(ChangeKind.LEAD_ASSIGNED, kind, source_id, reason=reason)
    return await note_lead(uow, decision, facts, dict.fromkeys(members, lead))


async def leads_of(uow: Uow, scope_ids: Iterable[UUID]) -> dict[UUID, Lead]:
    """The lead of each matter or set of overlapping clues that has one."""
    return await repository.leads_of(uow.session, scope_ids)


async def put_leads(uow: Uow, leads: Mapping[UUID, Lead | None]) -> None:
    """Set the leads of sets of overlapping clues; None: nobody leads."""
    await repository.put_leads(uow.session, leads)


def designated(uow: Uow, commission: str, unit: str | None = None) -> Lead:
    """A lead given by people to a commission as a whole, or to one unit of it."""
    return Lead(commission=commission, unit=unit, clue_id=None, basis=DESIGNATED, taken_at=uow.now)
