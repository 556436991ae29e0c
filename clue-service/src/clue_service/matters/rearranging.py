"""Matters after a decision: links come and go, and members, leads and the ledger follow from them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from chassis.uow import Uow

from clue_service.matter_changes import service as changes
from clue_service.matter_changes.models import MatterChange
from clue_service.matter_changes.service import Decision
from clue_service.matters import repository
from clue_service.matters.domain import Arrangement, ChangeKind, Group, Link, MatterFacts, arrange, group_links
from clue_service.matters.leads import Lead
from clue_service.recusals import repository as recusals
from clue_service.recusals import telling


@dataclass(frozen=True)
class Rearranged:
    """What a decision came to."""

    change: MatterChange
    groups: Mapping[UUID, Group]
    """The matters around the clues concerned, as they are now."""

    def matters_with(self, *clue_ids: UUID) -> list[UUID]:
        """The matters that hold all of some clues, earliest first."""
        return sorted(matter for matter, group in self.groups.items() if group.clues >= set(clue_ids))


async def rearrange(
    uow: Uow,
    decision: Decision,
    *,
    add: Iterable[Link] = (),
    remove: Iterable[Link] = (),
    standing: Sequence[Lead] = (),
    lead: Lead | None = None,
    stays: Mapping[UUID, frozenset[UUID]] | None = None,
) -> Rearranged:
    """Add and take away links, and let the matters around them follow. Call ``serialise`` first.

    Args:
        decision: What is decided, for the ledger; with ``undoes`` the matters of that change come back as they were.
        add: Links of the decision.
        remove: Links that end.
        standing: Leads that approvals of checks gave, whether or not there was a matter.
        lead: The lead of what ``decision.clue_ids`` become, whoever had it.
        stays: Of a matter that is split, the clues with which it goes on.
    """
    add, remove = [link.oriented() for link in add], list(remove)
    undone = changes.undone_of(decision.undoes)
    start = {clue for link in [*add, *remove] for clue in (link.clue_a, link.clue_b)} | set(decision.clue_ids)
    start |= {clue for facts in undone.before.values() for clue in facts.clues}
    await repository.remove_links(uow.session, remove)
    await repository.add_links(uow.session, add, uow.actor.acting_for or uow.actor.sub, uow.now)
    # What hung together before the decision is concerned too, although nothing may hold it to the rest now.
    present = await matters_around(uow, start)
    start |= {clue for facts in present.values() for clue in facts.clues}
    links, clues = await _links_around(uow, start)
    silent = await repository.silent_among(uow.session, clues)
    present |= await matters_around(uow, clues)
    arranged = arrange(group_links(links, silent), present, standing, undone, stays or {})
    return await _apply(uow, decision, present, arranged, lead)


async def _links_around(uow: Uow, start: Collection[UUID]) -> tuple[list[Link], set[UUID]]:
    """Every link that some clues hang on, directly or through others, and all clues on them."""
    clues, asked = set(start), set[UUID]()
    links: dict[Link, None] = {}
    while fresh := clues - asked:
        found = await repository.links_touching(uow.session, sorted(fresh))
        asked |= fresh
        links |= dict.fromkeys(found)
        clues |= {clue for link in found for clue in (link.clue_a, link.clue_b)}
    return list(links), clues


async def matters_around(uow: Uow, clue_ids: Collection[UUID]) -> dict[UUID, MatterFacts]:
    """The matters that any of some clues belong to, with all their members and their leads."""
    of = await repository.matters_of(uow.session, sorted(clue_ids))
    ids = {matter for matters in of.values() for matter in matters}
    members = await repository.members_of(uow.session, ids)
    leads = await repository.leads_of(uow.session, ids)
    return {matter: MatterFacts(frozenset(clues), leads.get(matter)) for matter, clues in members.items()}


async def _apply(
    uow: Uow, decision: Decision, present: Mapping[UUID, MatterFacts], arranged: Arrangement, lead: Lead | None
) -> Rearranged:
    groups: dict[UUID, Group] = {}
    leads: dict[UUID, Lead | None] = {}
    for matter, group, leads_it in arranged.groups:
        scope = matter or await repository.add_matter(uow.session, uow.now)
        groups[scope] = group
        leads[scope] = lead if lead and group.clues >= set(decision.clue_ids) else leads_it
    over = sorted(set(present) - set(groups))
    await repository.put_members(uow.session, groups, over)
    if await recusals.any_recusals(uow.session):
        held = {clue for facts in present.values() for clue in facts.clues}
        await telling.follow(uow, held | {clue for group in groups.values() for clue in group.clues})
    await repository.put_leads(uow.session, {**dict.fromkeys(over), **leads})
    after = {matter: MatterFacts(group.clues, leads[matter]) for matter, group in groups.items()}
    touched = {matter for matter in {*present, *after} if present.get(matter) != after.get(matter)}
    await _say(uow, touched, arranged, present, after)
    nothing = MatterFacts(frozenset())
    concerned = sorted(touched | _holding(decision, groups))
    change = await changes.record(
        uow,
        decision,
        {matter: present.get(matter, nothing) for matter in concerned},
        {matter: after.get(matter, nothing) for matter in concerned},
    )
    return Rearranged(change, groups)


def _holding(decision: Decision, groups: Mapping[UUID, Group]) -> set[UUID]:
    """The matters that hold what is joined or parted, though others' verdicts may have held it before or hold it still,
    and those of an undone change that go on.

    What people do with them afterwards is done under this decision too, and is flagged when it is taken back.
    """
    if decision.kind not in _OF_LINKS:
        return set()
    clues = set(decision.clue_ids)
    holding = {matter for matter, group in groups.items() if clues and group.clues >= clues}
    return holding | (groups.keys() & set(decision.undoes.matter_ids) if decision.undoes else set())


_OF_LINKS = frozenset({ChangeKind.LINKED, ChangeKind.UNDONE})


async def _say(
    uow: Uow,
    touched: Collection[UUID],
    arranged: Arrangement,
    present: Mapping[UUID, MatterFacts],
    after: Mapping[UUID, MatterFacts],
) -> None:
    clues = {clue for side in (present, after) for matter in touched if matter in side for clue in side[matter].clues}
    of = await repository.commissions_of(uow.session, clues)

    def seen(facts: MatterFacts | None) -> tuple[frozenset[str], frozenset[UUID], Lead | None]:
        """What commissions notice: across them who takes part and who leads, within one every clue."""
        if facts is None:
            return frozenset(), frozenset(), None
        commissions = frozenset(of[clue][0] for clue in facts.clues if of[clue][1])
        return commissions, facts.clues if len(commissions) <= 1 else frozenset(), facts.lead

    bumped = [matter for matter in touched if seen(present.get(matter)) != seen(after.get(matter))]
    into = {matter: arranged.merged.get(matter) for matter in {*touched, *arranged.merged}}
    await repository.say_what_became(uow.session, into, bumped)


async def note_lead(
    uow: Uow, decision: Decision, matters: Mapping[UUID, MatterFacts], leads: Mapping[UUID, Lead]
) -> MatterChange | None:
    """Write down that the lead of matters changed; members stay."""
    changed = {matter: facts for matter, facts in matters.items() if facts.lead != leads[matter]}
    if not changed:
        return None
    await repository.say_what_became(uow.session, {}, sorted(changed))
    after = {matter: MatterFacts(facts.clues, leads[matter]) for matter, facts in changed.items()}
    return await changes.record(uow, decision, changed, after)
