"""Moving a clue: who may, whether the state allows it, what the move does, what is said about it."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from chassis.directory import UnitTree
from chassis.errors import FieldError, HeliError, Invalid, MoveRefused, Text, invalid_field
from chassis.uow import Uow
from chassis.web import check_version

from clue_service.access.policy import LEADERS, Viewer
from clue_service.clues import (
    dispositions,
    domain,
    events,
    handing_over,
    repository,
    rights,
    sealing,
    splitting,
    stages,
    timing,
)
from clue_service.clues import service as clues
from clue_service.clues.approval_schemas import ApprovedBy, approval_record
from clue_service.clues.approvals import Asked, check_approval, leads_over, own_units
from clue_service.clues.clocks import start_clock
from clue_service.clues.errors import MoveNotYours
from clue_service.clues.handing_over import check_back, clear_assignment
from clue_service.clues.models import Clue
from clue_service.clues.move_schemas import (
    AnnounceIn,
    AssignIn,
    ChangeMembersIn,
    DeclineIn,
    MoveIn,
    RetainAsRepeatIn,
    ReturnIn,
)
from clue_service.clues.settings import MoveSettings
from clue_service.clues.states import Closure, Status
from clue_service.clues.steps import MATCH_AGAIN, Moving, Step, keep_said
from clue_service.clues.vocabulary import OverlapPolicy
from clue_service.competences import service as competences
from clue_service.intake.engine import Engine
from clue_service.matters import service as matters
from clue_service.matters.domain import Link, SourceKind
from clue_service.matters.errors import MatterLedElsewhere
from clue_service.overlap_alerts import detection
from clue_service.reporter_notices import service as reporter_notices
from clue_service.transfers import service as transfers

REPORTED = stages.ENDED - {Status.ARCHIVED, Status.DELETED}
"""States of a clue that was handed over whose result goes back to the sender. That it went on to somebody who owes
nothing, or that it was sealed, is all the sender will ever hear, so that is a result too."""


async def move_clue(
    uow: Uow,
    viewer: Viewer,
    tree: UnitTree,
    engine: Engine,
    clue_id: UUID,
    verb: str,
    body: MoveIn,
    seen: int | None,
) -> Clue:
    """Take one move of the table.

    Raises NotFound, MoveNotYours and the other refusals of rank (403), StaleVersion, MoveRefused, MatterLedElsewhere,
    and Invalid where the payload does not fit the clue.
    """
    await _hold_matters(uow, clue_id, verb, body)
    clue = await clues.visible_clue(uow, viewer, clue_id, lock=True)
    row = domain.ROWS[verb]
    if not rights.may_take(viewer, clue, row):
        who = [{"roles": sorted(roles), "unit": relation.value} for roles, relation in row.who]
        raise MoveNotYours(members={"who": who})
    check_version(seen, clue.version)
    rights.check_possible(clue, verb)
    competences.check_route(tree, clue, verb, getattr(body, "to_unit", None))
    before = clue.status
    approval = await _approval(uow, viewer, clue, row, body)
    moving = Moving(uow, viewer, tree, clue, verb, engine, approval)
    try:
        step = await _ACTIONS[verb](moving, body)
    except MatterLedElsewhere as refused:
        allowed = [other for other in rights.possible_moves(clue) if other != verb]
        raise MatterLedElsewhere(members={**refused.members, "state": before, "allowed_moves": allowed}) from None
    clue.status, clue.closure = step.status, step.closure
    await _say(uow, clue, row, step)
    keep_said(uow, clue, verb, body)
    await detection.follow_stage(uow, clue.id, stages.stage_of(clue.status))
    detail: dict[str, Any] = {
        "from": before, "to": clue.status, "closure": clue.closure, "version": clue.version,
    }  # fmt: skip
    if approval is not None:
        detail["approval"] = approval
        if "unverified" in approval:
            detail["unverified_approval"] = approval["unverified"]
    await uow.audit(verb, "clue", clue.id, detail=detail)
    if clue.came_by_transfer_id is not None and clue.status in REPORTED:
        await _report(uow, clue, clue.came_by_transfer_id)
    return clue


async def _approval(uow: Uow, viewer: Viewer, clue: Clue, row: domain.ClueMove, body: MoveIn) -> dict[str, Any] | None:
    """The approval, once it is verified where the row names roles; rank table and clocks are asked by the step itself.

    An approval that does not hold is refused, or noted where the service is set to.
    """
    approved_by = getattr(body, "approved_by", None)
    if approved_by is None or not row.approver_roles:
        return approval_record(approved_by)
    is_leader = rights.is_leaders(row) and leads_over(viewer, clue)
    asked = Asked(row.approver_roles, own_units(clue, getattr(body, "lead_unit", None)))
    try:
        await check_approval(uow, viewer, clue, approved_by, asked, may_be_own=is_leader)
    except HeliError as refused:
        if MoveSettings().clue_approvals == "enforce":
            raise
        return approval_record(approved_by, refused.code)
    return approval_record(approved_by)


async def _hold_matters(uow: Uow, clue_id: UUID, verb: str, body: MoveIn) -> None:
    """Before the clue's row: see ``locking``."""
    if verb in _LEADS:
        await matters.serialise(uow)
    elif verb in _REARRANGES:
        first = body.first_clue_id if isinstance(body, RetainAsRepeatIn) else None
        await matters.hold(uow, [clue_id, *([first] if first else [])])


async def _report(uow: Uow, clue: Clue, transfer_id: UUID) -> None:
    """Whoever handed the clue over learns what came of it."""
    result = await repository.latest_result(uow.session, clue.id)
    said = {
        "status": clue.status,
        "closure": clue.closure,
        "outcome": result.outcome if result else None,
        "four_forms": result.four_forms if result else None,
        "note": result.note if result else None,
    }
    await transfers.report(uow, transfer_id, said)


async def _say(uow: Uow, clue: Clue, row: domain.ClueMove, step: Step) -> None:
    """One event for the move, and one more where it closed the clue; each has a version of its own."""
    matter_id = next(iter(await matters.matters_of_clue(uow, clue.id)), None)
    said = row.events if step.status is Status.CLOSED else row.events[:1]
    if not step.is_said:
        clue.version += 1
        await uow.session.flush()
        return
    for event_type in said:
        clue.version += 1
        await uow.session.flush()
        more = (step.said or {}) if event_type == row.events[0] else {}
        await events.emit_clue(uow, event_type, clue, matter_id, **more)


async def _accept(_moving: Moving, _body: MoveIn) -> Step:
    return Step(Status.ACCEPTED)


async def _decline(_moving: Moving, body: DeclineIn) -> Step:
    return Step(Status.NOT_ACCEPTED, said={"ground": body.ground.value})


async def _assign(moving: Moving, body: AssignIn) -> Step:
    clue, uow = moving.clue, moving.uow
    outside = [
        FieldError(pointer, "outside_commission", Text("单位不属于该纪委监委", "The unit is not of this commission"))
        for pointer, code in body.unit_pointers().items()
        if code is not None and moving.tree.commission(code) != clue.commission
    ]
    if outside:
        raise Invalid(errors=outside)
    clue.lead_unit = body.lead_unit
    clue.co_units = sorted(set(body.co_units) - {body.lead_unit})
    clue.members = sorted(set(body.members or ()))
    clue.assignment_approval = moving.approval
    await start_clock(uow, clue, Status.ASSIGNED)
    return Step(Status.ASSIGNED, said={"members": tuple(clue.members)})


async def _change_members(moving: Moving, body: ChangeMembersIn) -> Step:
    _check_leader_approves(moving, body.approved_by)
    clue = moving.clue
    clue.members = sorted(set(body.members))
    if clue.status == Status.PRELIMINARY_VERIFICATION:
        dispositions.check_team(clue)
    closure = Closure(clue.closure) if clue.closure else None
    return Step(Status(clue.status), closure, said={"members": tuple(clue.members)})


def _check_leader_approves(moving: Moving, approved_by: ApprovedBy | None) -> None:
    if approved_by is None and not moving.viewer.has_any(*LEADERS):
        raise invalid_field("/approved_by", "missing", "须经分管领导批准", "The deputy in charge approves it")


async def _return(moving: Moving, body: ReturnIn) -> Step:
    clue = moving.clue
    if clue.first_clue_id is not None:
        await _part_from_first(moving, body.reason)
    else:
        _check_leader_approves(moving, body.approved_by)
    if moving.viewer.has_any(*LEADERS):
        clue.approvers = sorted({*clue.approvers, moving.actor})  # sees what became of it, as of every own approval
    from_unit = clue.lead_unit
    await clear_assignment(moving.uow, clue)
    return Step(Status.REGISTERED, said={"from_unit": from_unit})


async def _part_from_first(moving: Moving, reason: str) -> None:
    uow = moving.uow
    around = await matters.clues_around(uow, [moving.clue.id])
    standing = await clues.standing_leads(uow, around)
    await matters.unlink_source(
        uow, moving.clue.id, SourceKind.CLUE, reason=reason, standing=standing, verbs=clues.PEOPLES_STEPS
    )
    moving.clue.first_clue_id = None


async def _announce(moving: Moving, body: AnnounceIn) -> Step:
    clue, uow = moving.clue, moving.uow
    clue.overlap_policy = OverlapPolicy.ANNOUNCE
    await uow.session.flush()
    await matters.let_count(uow, clue.id, body.reason, await clues.standing_leads(uow, [clue.id]))
    await repository.ask_for_matching(uow.session, clue.id)
    await uow.enqueue(MATCH_AGAIN, {"clue_id": str(clue.id)})
    return Step(Status(clue.status), Closure(clue.closure) if clue.closure else None)


async def _retain_as_repeat(moving: Moving, body: RetainAsRepeatIn) -> Step:
    clue, uow = moving.clue, moving.uow
    first = await repository.find_visible_clue(uow.session, moving.viewer, body.first_clue_id)
    if (
        first is None
        or first.id >= clue.id
        or first.commission != clue.commission
        or first.first_clue_id is not None
        or first.status in domain.ERASED
    ):
        raise invalid_field(
            "/first_clue_id",
            "not_a_first_clue",
            "须为本纪委监委更早登记且本身不是重复件的线索",
            "Must be a clue of the same commission, registered earlier, that is no repeat itself",
        )
    standing = await clues.standing_leads(uow, [first.id])
    link = Link(first.id, clue.id, clue.id, source_kind=SourceKind.CLUE)
    await matters.link_clues(uow, [link], SourceKind.CLUE, body.reason, standing)
    clue.first_clue_id = first.id
    return Step(Status.RETAINED_AS_REPEAT, said={"first_clue_id": first.id})


async def _archive(moving: Moving, _body: MoveIn) -> Step:
    await check_back(moving)
    owed = await reporter_notices.owed_kinds(moving.uow, moving.clue.id)
    if owed:
        sentence = Text("尚未向实名举报人反馈", "The real-name reporter has not been told yet")
        allowed = [verb for verb in rights.possible_moves(moving.clue) if verb != moving.verb]
        raise MoveRefused(sentence, members={"state": moving.clue.status, "allowed_moves": allowed, "owed": owed})
    return Step(Status.ARCHIVED, Closure(moving.clue.closure) if moving.clue.closure else None)


_LEADS = frozenset({"propose-disposition", "approve-disposition", "reopen"})
"""Moves that respect or take the lead of a matter."""
_REARRANGES = frozenset({"return", "announce", "retain-as-repeat", "seal", "split"})
"""Moves that may change which clues are one matter, or bound by one lead."""
Action = Callable[[Moving, Any], Awaitable[Step]]
_ACTIONS: dict[str, Action] = {
    "accept": _accept,
    "decline": _decline,
    "forward": handing_over.forward,
    "assign-down": handing_over.assign_down,
    "assign": _assign,
    "change-members": _change_members,
    "transfer": handing_over.transfer,
    "recall": handing_over.recall,
    "split": splitting.split,
    "return": _return,
    "propose-disposition": dispositions.propose,
    "approve-disposition": dispositions.approve,
    "reject-disposition": dispositions.reject,
    "record-result": dispositions.record_result,
    "record-talk": timing.record_talk,
    "retain-as-repeat": _retain_as_repeat,
    "reopen": dispositions.reopen,
    "archive": _archive,
    "extend": timing.extend,
    "pause": timing.pause,
    "resume": timing.resume,
    "seal": sealing.seal,
    "announce": _announce,
}
