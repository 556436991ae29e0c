"""Matters as a caller may see them: clues of the own commission, of others only that they take part."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from chassis.directory import UnitTree
from chassis.errors import NotFound
from chassis.uow import Uow

from clue_service.access.policy import LEADERS, Viewer
from clue_service.candidates import service as candidates
from clue_service.clues import service as clues
from clue_service.matter_changes import repository as ledger
from clue_service.matter_changes import service as changes
from clue_service.matter_changes.models import MatterChange
from clue_service.matters import repository
from clue_service.matters.domain import MATTER_MOVES, ChangeKind, MatterState, SourceKind
from clue_service.matters.models import Matter
from clue_service.matters.schemas import LeadOut, MatterChangeOut, MatterClueOut, MatterOut
from clue_service.recusals.service import check_not_recused


@dataclass(frozen=True)
class VisibleMatter:
    """A matter and what the viewer sees of it."""

    matter: Matter
    members: dict[UUID, list[str]]
    concerned: set[UUID]
    """Its clues, or where it has none any more those it had."""
    visible: set[UUID]
    """Of these, the ones the viewer may see."""
    commissions: list[str]
    """Who takes part with an announced clue, or alone with silent ones."""

    @property
    def state(self) -> MatterState:
        """Whether it goes on."""
        if self.members:
            return MatterState.OPEN
        return MatterState.MERGED if self.matter.merged_into else MatterState.DISSOLVED

    @property
    def is_wholly_visible(self) -> bool:
        """Whether every clue is visible to the viewer."""
        return self.visible >= self.concerned


async def visible_matter(uow: Uow, viewer: Viewer, tree: UnitTree, matter_id: UUID) -> VisibleMatter:
    """A matter; raises NotFound unless the viewer may see one of its clues or stands above all its commissions."""
    if not await repository.may_be_met(uow.session, viewer, _below(viewer, tree), matter_id):
        raise NotFound
    matter = await repository.find_matter(uow.session, matter_id)
    if matter is None:
        raise NotFound
    members = (await repository.members_of(uow.session, [matter_id])).get(matter_id, {})
    had = set(members) or await _clues_it_had(uow, matter_id)
    visible = await clues.visible_ids(uow, viewer, had)
    of = await repository.commissions_of(uow.session, had)
    commissions = sorted(
        {code for code, is_announced in of.values() if is_announced} or {code for code, _ in of.values()}
    )
    if not visible:
        if not stands_above(viewer, tree, commissions):
            raise NotFound
        await check_not_recused(uow, viewer, had)
    return VisibleMatter(matter, members, had, visible, commissions)


def _below(viewer: Viewer, tree: UnitTree) -> set[str]:
    # Leaders decide between commissions they stand above.
    if viewer.unit is None or not viewer.has_any(*LEADERS):
        return set()
    return {one.code for one in tree if tree.commission(one.code) == one.code and tree.is_within(one.code, viewer.unit)}


async def _clues_it_had(uow: Uow, matter_id: UUID) -> set[UUID]:
    last = await ledger.changes_of_matter(uow.session, matter_id, before=None, limit=1)
    before = changes.facts_of(last[0].before).get(matter_id) if last else None
    return set(before.clues) if before else set()


def stands_above(viewer: Viewer, tree: UnitTree, commissions: Sequence[str]) -> bool:
    """Whether the viewer is a leader of the lowest common superior of several commissions."""
    if len(commissions) <= 1 or not viewer.has_any(*LEADERS):
        return False
    return viewer.unit is not None and viewer.unit == tree.lowest_common_superior(list(commissions))


async def describe(uow: Uow, viewer: Viewer, seen: VisibleMatter) -> MatterOut:
    """A matter as the viewer sees it."""
    matter = seen.matter
    lead = (await repository.leads_of(uow.session, [matter.id])).get(matter.id)
    shown = await clues.clues_by_id(uow, sorted(seen.visible & set(seen.members)))
    last = await ledger.changes_of_matter(uow.session, matter.id, before=None, limit=20)
    history = await describe_changes(uow, viewer, seen, last)
    return MatterOut(
        id=matter.id,
        state=seen.state,
        version=matter.version,
        formed_at=matter.formed_at,
        merged_into=matter.merged_into,
        commissions=seen.commissions,
        clues=[
            MatterClueOut(clue_id=one.id, clue_no=one.clue_no, status=one.status, parts=seen.members[one.id])
            for _, one in sorted(shown.items())
        ],
        lead=LeadOut.model_validate(lead) if lead else None,
        contested_candidates=await candidates.contested_among(uow, shown),
        last_change=history[0] if history else None,
        allowed_moves=MATTER_MOVES.allowed(seen.state),
    )


async def describe_changes(
    uow: Uow, viewer: Viewer, seen: VisibleMatter, found: Sequence[MatterChange]
) -> list[MatterChangeOut]:
    """Changes as the viewer sees them; what another commission did with its own clues is left out."""
    undone = await changes.undoings(uow, found)
    named = {clue for one in found for clue in one.clue_ids}
    held = {one.id: _held(one) for one in found}
    everything = named | {clue for matters in held.values() for members in matters.values() for clue in members}
    visible = await clues.visible_ids(uow, viewer, everything)
    rows = []
    for one in found:
        if not (visible & set(one.clue_ids) or one.source_kind == SourceKind.ALERT or one.kind in _OF_ALL):
            continue
        is_vote = one.source_kind == SourceKind.ALERT
        of_own = one.unit in viewer.units or (not is_vote and bool(visible & set(one.clue_ids)))
        rows.append(
            MatterChangeOut(
                id=one.id,
                kind=ChangeKind(one.kind),
                source_kind=one.source_kind,
                at=one.at,
                actor=one.actor if of_own else None,
                unit=one.unit if of_own else None,
                reason=one.reason if of_own else None,
                clue_ids=[clue for clue in one.clue_ids if clue in visible],
                matter_ids=sorted(
                    matter for matter, members in held[one.id].items() if matter == seen.matter.id or members & visible
                ),
                undoes=one.undoes,
                undone_by=undone.get(one.id),
                later_actions=await clues.visible_actions(uow, viewer, one.later_actions) if one.later_actions else [],
            )
        )
    return rows


_OF_ALL = frozenset({ChangeKind.LEAD_TAKEN, ChangeKind.LEAD_ASSIGNED})


def _held(change: MatterChange) -> dict[UUID, set[UUID]]:
    found: dict[UUID, set[UUID]] = {}
    for side in (change.before, change.after):
        for matter, facts in side.items():
            found.setdefault(UUID(matter), set()).update(UUID(clue) for clue in facts["members"])
    return found


async def history(
    uow: Uow, viewer: Viewer, tree: UnitTree, matter_id: UUID, *, before: UUID | None, limit: int
) -> tuple[list[MatterChangeOut], UUID | None]:
    """The changes of a matter, newest first, and the id to go on from."""
    seen = await visible_matter(uow, viewer, tree, matter_id)
    found = await ledger.changes_of_matter(uow.session, matter_id, before=before, limit=limit + 1)
    page = found[:limit]
    following = page[-1].id if len(found) > limit else None
    await uow.audit("read_history", "matter", matter_id, detail={"count": len(page)})
    return await describe_changes(uow, viewer, seen, page), following
