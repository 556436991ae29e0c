"""Use cases of matters: merge, split, take back, assign the lead."""

from uuid import UUID

from chassis.directory import UnitTree
from chassis.errors import MoveRefused, NotFound, Text, invalid_field
from chassis.uow import Uow
from chassis.web import check_version

from clue_service.access.policy import Viewer
from clue_service.candidates import events as candidate_events
from clue_service.candidates import service as candidates
from clue_service.candidates.domain import Decision as Verdict
from clue_service.candidates.models import Candidate
from clue_service.candidates.service import VerdictSource
from clue_service.clues import service as clues
from clue_service.clues.service import PEOPLES_STEPS
from clue_service.matter_changes import repository as ledger
from clue_service.matter_changes import service as changes
from clue_service.matter_changes.models import MatterChange
from clue_service.matter_changes.service import Decision
from clue_service.matters import events, repository
from clue_service.matters import service as matters
from clue_service.matters.bridging import bridging, bridging_side, keep_repeats
from clue_service.matters.domain import MATTER_MOVES, ChangeKind, SourceKind, crossing
from clue_service.matters.errors import (
    LeadNotYours,
    MatterLeadsDiffer,
    MatterNotWhollyVisible,
)
from clue_service.matters.leads import Lead
from clue_service.matters.models import Matter
from clue_service.matters.reading import VisibleMatter, stands_above, visible_matter
from clue_service.matters.rearranging import Rearranged, rearrange
from clue_service.matters.schemas import AssignLeadIn, MergeIn, SplitIn, UndoChangeIn
from clue_service.overlap_alerts import detection


async def _own_matter(
    uow: Uow, viewer: Viewer, tree: UnitTree, matter_id: UUID, verb: str, seen: int | None
) -> VisibleMatter:
    """A matter of one commission, all of whose clues the viewer may see, in a state that allows the verb."""
    found = await visible_matter(uow, viewer, tree, matter_id)
    if not found.is_wholly_visible or len(found.commissions) > 1 or viewer.office_of not in {*found.commissions, None}:
        raise MatterNotWhollyVisible
    check_version(seen, found.matter.version)
    MATTER_MOVES.take(verb, found.state)
    return found


async def merge(uow: Uow, viewer: Viewer, tree: UnitTree, matter_id: UUID, body: MergeIn, seen: int | None) -> UUID:
    """Two matters are one: the earlier goes on. Returns it.

    Raises NotFound, MatterNotWhollyVisible, StaleVersion, MoveRefused, MatterLeadsDiffer, and Invalid where the two
    are the same or ``lead_unit`` lies outside the commission.
    """
    await matters.serialise(uow)
    one = await _own_matter(uow, viewer, tree, matter_id, "merge", seen)
    if body.matter_id == matter_id:
        raise invalid_field("/matter_id", "same_matter", "须为另一事项", "Must be another matter")
    other = await _other_matter(uow, viewer, tree, body.matter_id)
    if one.commissions != other.commissions:
        raise MatterNotWhollyVisible
    lead = await _lead_of_both(uow, tree, one, other, body.lead_unit)
    change_id = await repository.new_id(uow.session)
    links = await bridging(uow, change_id, {*one.members, *other.members})
    verdicts, settled = await candidates.settle_between(
        uow,
        set(one.members),
        set(other.members),
        Verdict.SAME,
        body.reason,
        VerdictSource(SourceKind.MATTER, change_id),
    )
    named = tuple(sorted({*one.members, *other.members}))
    decision = Decision(ChangeKind.MERGED, SourceKind.MATTER, change_id, named, body.reason, verdicts)
    done = await rearrange(uow, decision, add=links, lead=lead)
    survivor = done.matters_with(*named)[0]
    await _record(uow, "merge_matters", survivor, done.change, named)
    gone = {matter_id, body.matter_id} - {survivor}
    await events.emit_merged(uow, await _fresh(uow, survivor), done.change, one.commissions, gone)
    await candidate_events.emit_settled(uow, settled, dict.fromkeys(named, one.commissions[0]), survivor)
    return survivor


async def _other_matter(uow: Uow, viewer: Viewer, tree: UnitTree, matter_id: UUID) -> VisibleMatter:
    try:
        return await _own_matter(uow, viewer, tree, matter_id, "merge", None)
    except NotFound:
        raise invalid_field("/matter_id", "not_found", "事项不存在", "There is no such matter") from None


async def _lead_of_both(
    uow: Uow, tree: UnitTree, one: VisibleMatter, other: VisibleMatter, lead_unit: str | None
) -> Lead | None:
    if lead_unit is not None:
        return _designated(uow, tree, one.commissions[0], lead_unit)
    leads = await matters.leads_of(uow, [one.matter.id, other.matter.id])
    if len(leads) > 1 and not leads[one.matter.id].is_with(leads[other.matter.id]):
        named = [
            {"matter_id": str(matter), "lead_unit": lead.unit or lead.commission} for matter, lead in leads.items()
        ]
        raise MatterLeadsDiffer(
            members={"leads": named, "state": one.state, "allowed_moves": MATTER_MOVES.allowed(one.state)}
        )
    return None


def _designated(uow: Uow, tree: UnitTree, commission: str, lead_unit: str) -> Lead:
    if tree.commission(lead_unit) != commission:
        raise invalid_field(
            "/lead_unit", "outside_commission", "单位不属于该纪委监委", "The unit is not of this commission"
        )
    return matters.designated(uow, commission, None if lead_unit == commission else lead_unit)


async def split(uow: Uow, viewer: Viewer, tree: UnitTree, matter_id: UUID, body: SplitIn, seen: int | None) -> None:
    """Some clues report another matter. Those that stay and those that go hang together as before.

    Raises NotFound, MatterNotWhollyVisible, StaleVersion, MoveRefused, RepeatBelongsToItsFirst, and Invalid where the
    clues are not of this matter, or are all of it.
    """
    await matters.serialise(uow)
    found = await _own_matter(uow, viewer, tree, matter_id, "split", seen)
    going = set(body.clue_ids)
    staying = set(found.members) - going
    if not going <= set(found.members) or not staying:
        raise invalid_field(
            "/clue_ids", "not_a_part", "须为该事项的部分线索", "Must be clues of this matter, and not all of them"
        )
    change_id = await repository.new_id(uow.session)
    cut = crossing(await repository.links_touching(uow.session, found.members), going, staying)
    keep_repeats(cut)
    # Links are taken away first: what then hangs together on each side is what the new links join.
    await repository.remove_links(uow.session, cut)
    links = [link for side in (staying, going) for link in await bridging_side(uow, change_id, side)]
    by_split = VerdictSource(SourceKind.MATTER, change_id)
    verdicts, settled = await candidates.settle_between(uow, going, staying, Verdict.DIFFERENT, body.reason, by_split)
    decision = Decision(
        ChangeKind.SPLIT,
        SourceKind.MATTER,
        change_id,
        tuple(sorted(going)),
        body.reason,
        verdicts,
        [changes.link_to_json(link) for link in cut],
        later_actions=await changes.later_actions(uow, await changes.joining_of(uow, cut), PEOPLES_STEPS),
    )
    everybody = await clues.standing_leads(uow, found.members)
    stays = {matter_id: frozenset(staying)}
    done = await rearrange(uow, decision, add=links, remove=cut, standing=everybody, stays=stays)
    await _record(uow, "split_matter", matter_id, done.change, tuple(found.members))
    parts = [matter for matter, group in done.groups.items() if group.clues & going and matter != matter_id]
    await events.emit_split(uow, await _fresh(uow, matter_id), done.change, found.commissions, parts)
    await candidate_events.emit_settled(uow, settled, dict.fromkeys(found.members, found.commissions[0]))


async def undo(
    uow: Uow, viewer: Viewer, tree: UnitTree, matter_id: UUID, body: UndoChangeIn, seen: int | None
) -> MatterChange:
    """Take a merge or split back: matters, leads and verdicts are as before it, what people did since is flagged.

    Raises NotFound, MatterNotWhollyVisible, StaleVersion, MoveRefused, and Invalid where the change is none of this
    matter's merges and splits.
    """
    await matters.serialise(uow)
    found = await _own_matter(uow, viewer, tree, matter_id, "undo", seen)
    change = await ledger.find_change(uow.session, body.change_id)
    if change is None or matter_id not in change.matter_ids or change.kind not in {ChangeKind.MERGED, ChangeKind.SPLIT}:
        raise invalid_field(
            "/change_id", "not_found", "该事项无此合并或拆分", "There is no such merge or split of this matter"
        )
    await _check_undoable(uow, viewer, change, found)
    done, restored = await _take_back(uow, change, body.reason)
    touched = tuple(sorted({clue for matter in changes.facts_of(change.before).values() for clue in matter.clues}))
    await _record(uow, "undo_matter", matter_id, done.change, touched)
    await events.emit_undone(uow, await _fresh(uow, matter_id), done.change, found.commissions)
    commissions = {pair.clue_b: found.commissions[0] for pair, _ in restored}
    await candidate_events.emit_undone(uow, restored, commissions, len(done.change.later_actions))
    return done.change


async def _check_undoable(uow: Uow, viewer: Viewer, change: MatterChange, found: VisibleMatter) -> None:
    if await ledger.undoing_of(uow.session, [change.id]):
        sentence = Text("该变更已撤销", "The change is undone already")
        allowed = [verb for verb in MATTER_MOVES.allowed(found.state) if verb != "undo"]
        raise MoveRefused(sentence, members={"state": found.state, "allowed_moves": allowed})
    sides = (changes.facts_of(change.before), changes.facts_of(change.after))
    touched = {clue for side in sides for facts in side.values() for clue in facts.clues}
    around = await matters.clues_around(uow, touched)
    if await clues.visible_ids(uow, viewer, around) != around or len(await _commissions(uow, tuple(around))) > 1:
        raise MatterNotWhollyVisible


async def _commissions(uow: Uow, clue_ids: tuple[UUID, ...]) -> list[str]:
    return sorted({code for code, _ in (await repository.commissions_of(uow.session, clue_ids)).values()})


async def _take_back(uow: Uow, change: MatterChange, reason: str) -> tuple[Rearranged, list[tuple[Candidate, str]]]:
    source = VerdictSource(SourceKind.MATTER, change.id)
    restored = await candidates.restore_verdicts(uow, change.verdicts, reason, source)
    standing_again = {pair.id for pair, _ in restored}
    judged = {UUID(verdict["candidate_id"]) for verdict in change.verdicts}
    cut = [changes.link_of_json(raw) for raw in change.removed_links]
    # A link that stood for a verdict comes back with the verdict only: people may have judged the pair since.
    again = [link for link in cut if link.source_id not in judged or link.source_id in standing_again]
    later = await changes.later_actions(uow, change, PEOPLES_STEPS)
    decision = Decision(
        ChangeKind.UNDONE,
        SourceKind.MATTER,
        change.id,
        tuple(change.clue_ids),
        reason,
        undoes=change,
        later_actions=later,
    )
    links = await repository.links_of_source(uow.session, change.id)
    around = await matters.clues_around(uow, change.clue_ids)
    standing = await clues.standing_leads(uow, around)
    return await rearrange(uow, decision, add=again, remove=links, standing=standing), restored


async def assign_lead(
    uow: Uow, viewer: Viewer, tree: UnitTree, matter_id: UUID, body: AssignLeadIn, seen: int | None
) -> None:
    """A leader names who leads, whoever led: of the commission, or of the lowest common superior of several.

    Raises NotFound, LeadNotYours, StaleVersion, MoveRefused, and Invalid where the unit takes no part.
    """
    await matters.serialise(uow)
    found = await visible_matter(uow, viewer, tree, matter_id)
    is_own = found.commissions == [viewer.leads]
    if not is_own and not stands_above(viewer, tree, found.commissions):
        raise LeadNotYours
    check_version(seen, found.matter.version)
    MATTER_MOVES.take("assign-lead", found.state)
    commission = tree.commission(body.lead_unit)
    if commission not in found.commissions:
        raise invalid_field("/lead_unit", "not_involved", "单位未参与该事项", "The unit takes no part in the matter")
    lead = _designated(uow, tree, commission, body.lead_unit) if is_own else matters.designated(uow, commission)
    scopes = [matter_id, *await _scopes_ruled(uow, found, commission)]
    change = await matters.designate(uow, scopes, lead, SourceKind.MATTER, matter_id, body.reason)
    if change is not None:
        await _record(uow, "assign_lead", matter_id, change, tuple(found.members))
        await events.emit_lead_assigned(uow, await _fresh(uow, matter_id), change, found.commissions, lead)


async def _scopes_ruled(uow: Uow, found: VisibleMatter, commission: str) -> list[UUID]:
    """What binds the matter's clues through alerts, where the decision is the leader's as well.

    Across commissions all of them are the superior's. Within one, only a lead that the commission itself has: which
    of its units leads is its own affair, whether it leads is for the votes.
    """
    scopes = await detection.scopes_of_clues(uow, found.members)
    leads = await matters.leads_of(uow, scopes)
    return [
        scope
        for scope, commissions in scopes.items()
        if commissions <= set(found.commissions) or (scope in leads and leads[scope].commission == commission)
    ]


async def _record(uow: Uow, action: str, matter_id: UUID, change: MatterChange, clue_ids: tuple[UUID, ...]) -> None:
    detail = {"matter": str(matter_id), "change": str(change.id)}
    for clue_id in clue_ids:
        await uow.audit(action, "clue", clue_id, detail=detail)
    await uow.audit(action, "matter", matter_id, detail=detail)


async def _fresh(uow: Uow, matter_id: UUID) -> Matter:
    matter = await repository.find_matter(uow.session, matter_id)
    if matter is None:
        raise NotFound
    return matter
