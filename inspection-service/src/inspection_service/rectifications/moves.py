"""What each move of a rectification item writes besides the state."""

from uuid import UUID

from chassis.directory import UnitTree
from chassis.errors import FieldError
from chassis.uow import Uow

from inspection_service.evidence_references.service import add_evidence
from inspection_service.involvements.policy import Viewer
from inspection_service.rectifications.errors import DateNotLater, VerifierMayNotSignOff
from inspection_service.rectifications.schemas import MarkFalselyReportedIn, NewDateIn, PlanIn, SubmitIn, VerifyIn
from inspection_service.rectifications.service import STEP, Seen, locked_for, move_item, set_due


def _person(uow: Uow) -> str:
    return uow.actor.acting_for or uow.actor.sub


async def plan(uow: Uow, viewer: Viewer, tree: UnitTree, item_id: UUID, body: PlanIn) -> Seen:
    """The unit says how it means to put it right."""
    seen = await locked_for(uow, viewer, tree, item_id, "plan")
    seen.item.measure, seen.item.responsible_post = body.measure, body.responsible_post
    seen.item.planned_on = body.planned_on
    await move_item(uow, seen.item, "plan")
    return seen


async def submit(uow: Uow, viewer: Viewer, tree: UnitTree, item_id: UUID, body: SubmitIn) -> Seen:
    """The unit reports on itself."""
    seen = await locked_for(uow, viewer, tree, item_id, "submit")
    seen.item.self_status, seen.item.report = body.self_status, body.report
    seen.item.submitted_by, seen.item.submitted_at = _person(uow), uow.now
    await add_evidence(uow, STEP, item_id, body.evidence)
    await move_item(uow, seen.item, "submit")
    return seen


async def verify(uow: Uow, viewer: Viewer, tree: UnitTree, item_id: UUID, body: VerifyIn) -> Seen:
    """Somebody who is not of the unit has looked."""
    seen = await locked_for(uow, viewer, tree, item_id, "verify")
    seen.item.verdict, seen.item.verification = body.verdict, body.note
    seen.item.verified_by = _person(uow)
    await add_evidence(uow, STEP, item_id, body.evidence)
    await move_item(uow, seen.item, "verify")
    return seen


async def sign_off(uow: Uow, viewer: Viewer, tree: UnitTree, item_id: UUID) -> Seen:
    """Strike it off the list; raises VerifierMayNotSignOff."""
    seen = await locked_for(uow, viewer, tree, item_id, "sign-off")
    if seen.item.verified_by == _person(uow):
        raise VerifierMayNotSignOff
    seen.item.signed_off_by, seen.item.signed_off_at = _person(uow), uow.now
    await move_item(uow, seen.item, "sign-off")
    return seen


async def give_new_date(uow: Uow, viewer: Viewer, tree: UnitTree, item_id: UUID, body: NewDateIn, verb: str) -> Seen:
    """Return, postpone, extend or reopen: with a reason the unit reads, and a later date."""
    seen = await locked_for(uow, viewer, tree, item_id, verb)
    item = seen.item
    if verb == "extend" and body.due_on <= item.due_on:
        raise DateNotLater(errors=[FieldError("/due_on", "date_not_later", DateNotLater.title)])
    set_due(uow, item, body.due_on)
    item.office_reason = body.reason
    item.times_returned += verb == "return"
    item.times_extended += verb == "extend"
    if verb in ("return", "reopen"):
        item.verdict = item.verification = item.verified_by = item.signed_off_by = item.signed_off_at = None
    await move_item(uow, item, verb)
    return seen


async def mark_falsely_reported(
    uow: Uow, viewer: Viewer, tree: UnitTree, item_id: UUID, body: MarkFalselyReportedIn
) -> Seen:
    """It was reported put right and was not."""
    seen = await locked_for(uow, viewer, tree, item_id, "mark-falsely-reported")
    seen.item.office_reason = body.reason
    seen.item.accountability_ref = body.accountability_ref
    await move_item(uow, seen.item, "mark-falsely-reported")
    return seen


async def go_on(uow: Uow, viewer: Viewer, tree: UnitTree, item_id: UUID, verb: str) -> Seen:
    """Start or resume: nothing but the state changes."""
    seen = await locked_for(uow, viewer, tree, item_id, verb)
    await move_item(uow, seen.item, verb)
    return seen
