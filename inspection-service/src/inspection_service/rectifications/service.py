"""Use cases of rectification: assigning an item, the unit's report, the check, the sign-off."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from chassis.directory import UnitTree
from chassis.errors import FieldError, NotFound, RoleRequired
from chassis.uow import Uow

from inspection_service.evidence_references.schemas import EvidenceOut
from inspection_service.evidence_references.service import list_evidence
from inspection_service.findings import service as findings
from inspection_service.findings.domain import FindingState
from inspection_service.involvements.policy import Viewer
from inspection_service.rectifications import domain, policy, repository
from inspection_service.rectifications.domain import ItemState, Side
from inspection_service.rectifications.errors import DateNotLater, FeedbackFirst, FindingNotHeld
from inspection_service.rectifications.events import emit_item
from inspection_service.rectifications.models import Rectification
from inspection_service.rectifications.schemas import AssignItemIn, ItemOut
from inspection_service.rounds import service as rounds
from inspection_service.rounds.domain import TOLD, end_of_day, months_later
from inspection_service.settings import inspection_settings
from inspection_service.steps.schemas import StepOut
from inspection_service.steps.service import list_steps, record_step

STEP = "rectification"
"""How items are named in the journal of steps and as owners of evidence."""
_NOT_FOR_THE_UNIT = ("finding_id", "verification", "verified_by", "accountability_ref")


@dataclass(frozen=True)
class Seen:
    """An item and the side from which the caller sees it."""

    item: Rectification
    side: Side


async def assign_item(uow: Uow, viewer: Viewer, finding_id: UUID, body: AssignItemIn) -> Rectification:
    """Give a unit something to put right. Raises NotFound, FindingNotHeld, FeedbackFirst, DateNotLater."""
    finding = await findings.visible_finding(uow, viewer, finding_id)
    found = await rounds.locked_round(uow, finding.round_id)
    if finding.state == FindingState.WITHDRAWN:
        raise FindingNotHeld
    if body.kind == "ordinary" and found.state not in TOLD:
        raise FeedbackFirst(members={"state": found.state})
    today = uow.clock.today()
    due_on = body.due_on or months_later(today, inspection_settings().rectification_months)
    _check_is_later(due_on, today, "/due_on")
    item = Rectification(
        round_id=finding.round_id,
        finding_id=finding.id,
        unit_code=finding.unit_code,
        office_unit=finding.office_unit,
        commission=finding.receiving_unit,
        kind=body.kind,
        category=finding.category,
        severity=finding.severity,
        problem=body.problem,
        state=ItemState.ASSIGNED,
        due_on=due_on,
        due_at=end_of_day(due_on, uow.clock.zone),
        first_due_on=due_on,
        times_returned=0,
        times_extended=0,
        assigned_by=uow.actor.acting_for or uow.actor.sub,
        assigned_at=uow.now,
        version=1,
    )
    uow.session.add(item)
    await uow.session.flush()
    await record_step(uow, STEP, item.id, item.version, "assign", source=None, target=item.state)
    await emit_item(uow, "inspection.rectification.assigned.v1", item)
    await rounds.follow(uow, found, "rectify")
    await uow.audit("assign", STEP, item.id, detail={"finding_id": str(finding.id), "kind": item.kind})
    return item


def _check_is_later(due_on: date, after: date, pointer: str) -> None:
    if due_on <= after:
        raise DateNotLater(errors=[FieldError(pointer, "date_not_later", DateNotLater.title)])


async def seen_item(uow: Uow, viewer: Viewer, tree: UnitTree, item_id: UUID) -> Seen:
    """The item as the caller stands to it; raises NotFound for whom it does not concern."""
    watched = policy.watched_units(viewer, tree)
    found = await repository.find_visible_item(uow.session, viewer, watched, item_id)
    if found is None:
        raise NotFound
    return Seen(found[0], _side(viewer, watched, *found))


def _side(viewer: Viewer, watched: frozenset[str], item: Rectification, of_the_matter: bool) -> Side:
    side = policy.side_of(
        viewer,
        watched,
        unit_code=item.unit_code,
        office=item.office_unit,
        commission=item.commission,
        is_member=of_the_matter,
    )
    return side or Side.UNIT  # the query let it through, so it concerns the caller: show the least


async def list_items(
    uow: Uow,
    viewer: Viewer,
    tree: UnitTree,
    *,
    round_id: UUID | None,
    unit_code: str | None,
    state: str | None,
    overdue: bool | None,
    before: UUID | None,
    limit: int,
) -> list[Seen]:
    """Items that concern the caller, newest first."""
    watched = policy.watched_units(viewer, tree)
    found = await repository.list_visible_items(
        uow.session,
        viewer,
        watched,
        round_id=round_id,
        unit_code=unit_code,
        state=state,
        overdue_at=uow.now if overdue else None,
        before=before,
        limit=limit,
    )
    return [Seen(item, _side(viewer, watched, item, of_the_matter)) for item, of_the_matter in found]


async def locked_for(uow: Uow, viewer: Viewer, tree: UnitTree, item_id: UUID, verb: str) -> Seen:
    """The item, locked, if the caller may take this move from the caller's side now."""
    seen = await seen_item(uow, viewer, tree, item_id)
    roles = domain.MOVES[verb].roles
    if seen.side not in domain.SIDES[verb] or not uow.actor.has_any(*roles):
        raise RoleRequired(members={"roles": sorted(roles), "sides": sorted(domain.SIDES[verb])})
    item = await repository.lock_item(uow.session, item_id)
    if item is None:
        raise NotFound
    domain.MOVES.take(verb, item.state)
    return Seen(item, seen.side)


async def move_item(uow: Uow, item: Rectification, verb: str) -> None:
    """Take a move of a locked item whose payload is written already."""
    move = domain.MOVES.take(verb, item.state)
    source = item.state
    item.state = str(move.target) if move.target is not None else source
    item.version += 1
    await uow.session.flush()
    await record_step(uow, STEP, item.id, item.version, verb, source=source, target=item.state)
    if move.event is not None:
        await emit_item(uow, move.event, item)
    await uow.audit(verb, STEP, item.id)


def set_due(uow: Uow, item: Rectification, due_on: date) -> None:
    """Give an item a later date; raises DateNotLater."""
    _check_is_later(due_on, uow.clock.today(), "/due_on")
    item.due_on = due_on
    item.due_at = end_of_day(due_on, uow.clock.zone)


async def open_items_of_round(uow: Uow, round_id: UUID) -> Sequence[Rectification]:
    """What is not struck off the list of a round: for its look-back."""
    return await repository.list_items_of(uow.session, round_ids=[round_id], states=domain.OPEN)


async def items_of(
    uow: Uow, *, round_ids: Sequence[UUID] | None = None, unit_codes: Sequence[str] | None = None
) -> Sequence[Rectification]:
    """Items of rounds or units, for dossiers and statistics; those decide who may see them."""
    return await repository.list_items_of(uow.session, round_ids=round_ids, unit_codes=unit_codes)


async def item_evidence(uow: Uow, viewer: Viewer, tree: UnitTree, item_id: UUID) -> list[EvidenceOut]:
    """The evidence of an item; the reading is audited."""
    seen = await seen_item(uow, viewer, tree, item_id)
    await uow.audit("read", STEP, item_id)
    return await list_evidence(uow, STEP, seen.item.id)


async def item_steps(uow: Uow, viewer: Viewer, tree: UnitTree, item_id: UUID) -> list[StepOut]:
    """How an item came to where it is; the unit is not told who in the office did what."""
    seen = await seen_item(uow, viewer, tree, item_id)
    steps = await list_steps(uow, STEP, item_id)
    if seen.side is not Side.UNIT:
        return steps
    return [
        step if step.unit == seen.item.unit_code else step.model_copy(update={"taken_by": seen.item.office_unit})
        for step in steps
    ]


def describe_item(seen: Seen, now: datetime) -> ItemOut:
    """An item as the caller may see it."""
    item = seen.item
    columns = {column.key: getattr(item, column.key) for column in Rectification.__table__.columns}
    if seen.side is Side.UNIT:
        columns.update(dict.fromkeys(_NOT_FOR_THE_UNIT))
    allowed = [verb for verb in domain.MOVES.allowed(item.state) if seen.side in domain.SIDES[verb]]
    return ItemOut(
        **{name: columns[name] for name in ItemOut.model_fields if name in columns},
        allowed_moves=allowed,
        is_overdue=item.state in domain.RUNNING and now > item.due_at,
    )
