"""Moves of the clock alone: a later end, standing still, going on. The clue's state stays."""

from datetime import date

from chassis.errors import MoveRefused, invalid_field

from clue_service.clues import rights
from clue_service.clues.approval_schemas import ApprovedBy
from clue_service.clues.approvals import Asked, check_approval, leads_over, own_units
from clue_service.clues.clocks import count_report_from, put_due, resume_clock
from clue_service.clues.move_schemas import ExtendIn, PauseIn, RecordTalkIn, ResumeIn
from clue_service.clues.states import Status
from clue_service.clues.steps import Moving, Step
from clue_service.deadlines import repository
from clue_service.deadlines import service as deadlines
from clue_service.deadlines.changing import EXTENSION, PAUSE, check_later, check_pausable, columns_of, next_extension
from clue_service.deadlines.domain import RULES, Due, DueRule, Level
from clue_service.deadlines.models import ClockChange
from clue_service.transfers import service as transfers


async def extend(moving: Moving, body: ExtendIn) -> Step:
    """A later end, granted by whom the rule of the clock names."""
    clue, uow = moving.clue, moving.uow
    previous = check_later(uow, body.until, clue.running_due_at)
    rule = await _rule(moving)
    rows = await repository.changes_of_clock(uow.session, clue.id, rule.name, clue.clock_start or body.until)
    granted = sum(row.kind == EXTENSION for row in rows)
    step = await next_extension(uow, rule, previous, body.until, granted)
    units = await _units(moving, step.level)
    await _check(moving, body.approved_by, Asked(step.roles, units))
    _note(moving, rule, EXTENSION, body.reason, until=body.until)
    put_due(uow, clue, Due(body.until))
    if clue.status == Status.ASSIGNED_DOWN and clue.transfer_id is not None and clue.due_at is not None:
        await transfers.extend(uow, clue.transfer_id, clue.due_at)
    return Step(Status(clue.status), said={"previous_due_at": previous})


async def pause(moving: Moving, body: PauseIn) -> Step:
    """The clock stands still from today on."""
    clue, uow = moving.clue, moving.uow
    rule = await _rule(moving)
    check_pausable(uow, rule, clue.running_due_at)
    await _check(moving, body.approved_by, Asked(rule.pause_roles, own_units(clue)))
    _note(moving, rule, PAUSE, body.reason, ground=body.ground.value)
    clue.paused_on = uow.clock.today()
    return Step(Status(clue.status), said={"ground": body.ground.value})


async def resume(moving: Moving, _body: ResumeIn) -> Step:
    """The clock goes on from today; its end moves by the days it stood still."""
    await resume_clock(moving.uow, moving.clue)
    return Step(Status(moving.clue.status))


async def record_talk(moving: Moving, body: RecordTalkIn) -> Step:
    """A talk was held: its report is counted from that day on."""
    clue, uow = moving.clue, moving.uow
    if not clue.received_on <= body.held_on <= uow.clock.today():
        raise invalid_field(
            "/held_on", "out_of_range", "须在线索受理日与今天之间", "Lies between the clue's receipt and today"
        )
    previous = clue.running_due_at
    is_moved = await count_report_from(uow, clue, body.held_on)
    return Step(Status(clue.status), said={"previous_due_at": previous}, is_said=is_moved)


async def _check(moving: Moving, approved_by: ApprovedBy, asked: Asked) -> None:
    may_be_own = leads_over(moving.viewer, moving.clue)
    await check_approval(moving.uow, moving.viewer, moving.clue, approved_by, asked, may_be_own=may_be_own)


async def _rule(moving: Moving) -> DueRule:
    clue = moving.clue
    if clue.due_rule not in RULES or clue.clock_start is None:
        allowed = [verb for verb in rights.possible_moves(clue) if verb != moving.verb]
        raise MoveRefused(members={"state": clue.status, "allowed_moves": allowed})
    return await deadlines.rule_on(moving.uow, clue.due_rule, clue.clock_start)


async def _units(moving: Moving, level: Level) -> set[str]:
    """The units whose leaders decide: the commission and the lead unit, or whom the clue was assigned to."""
    clue = moving.clue
    if level is Level.OWN:
        return own_units(clue)
    sent = await transfers.find_transfer(moving.uow, clue.transfer_id) if clue.transfer_id is not None else None
    return {sent.to_commission} if sent is not None and sent.to_commission is not None else set()


def _note(
    moving: Moving,
    rule: DueRule,
    kind: str,
    reason: str,
    *,
    until: date | None = None,
    ground: str | None = None,
) -> None:
    clue = moving.clue
    assert clue.clock_start is not None
    kept = columns_of(moving.uow, kind, reason=reason, approval=moving.approval, until=until, ground=ground)
    moving.uow.session.add(ClockChange(clue_id=clue.id, rule=rule.name, clock_start=clue.clock_start, **kept))
