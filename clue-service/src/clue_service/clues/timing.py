"""Moves of the clock alone: a later end, standing still, going on. The clue's state stays."""

from datetime import date

from chassis.errors import MoveRefused, invalid_field

from clue_service.clues import rights
from clue_service.clues.approval_schemas import ApprovedBy
from clue_service.clues.approvals import Asked, check_approval, leads_over, own_units
from clue_service.clues.clocks import EXTENSION, PAUSE, put_due, resume_clock
from clue_service.clues.move_schemas import ExtendIn, PauseIn, ResumeIn
from clue_service.clues.states import Status
from clue_service.clues.steps import Moving, Step
from clue_service.deadlines import repository
from clue_service.deadlines import service as deadlines
from clue_service.deadlines.domain import RULES, Due, DueRule, Level, end_of_day, extension_step, latest_until
from clue_service.deadlines.errors import ClockNotExtendable, ClockNotPausable
from clue_service.deadlines.models import ClockChange
from clue_service.transfers import service as transfers


async def extend(moving: Moving, body: ExtendIn) -> Step:
    """A later end, granted by whom the rule of the clock names."""
    clue, uow = moving.clue, moving.uow
    previous = clue.running_due_at
    if previous is None or end_of_day(body.until, uow.clock.zone) <= previous:
        raise invalid_field("/until", "not_later", "须晚于现有期限", "Must be later than the present due date")
    rule = await _rule(moving)
    rows = await repository.changes_of_clock(uow.session, clue.id, rule.name, clue.clock_start or body.until)
    step = extension_step(rule, sum(row.kind == EXTENSION for row in rows))
    if step is None:
        raise ClockNotExtendable(members={"rule": rule.name, "latest": None})
    latest = latest_until(step, uow.clock.civil_date(previous), await deadlines.calendar_of(uow))
    if latest is not None and body.until > latest:
        raise ClockNotExtendable(members={"rule": rule.name, "latest": latest.isoformat()})
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
    if not rule.pause_roles or clue.running_due_at is None or clue.running_due_at < uow.now:
        raise ClockNotPausable(members={"rule": rule.name})
    await _check(moving, body.approved_by, Asked(rule.pause_roles, own_units(clue)))
    _note(moving, rule, PAUSE, body.reason, ground=body.ground.value)
    clue.paused_on = uow.clock.today()
    return Step(Status(clue.status), said={"ground": body.ground.value})


async def resume(moving: Moving, _body: ResumeIn) -> Step:
    """The clock goes on from today; its end moves by the days it stood still."""
    await resume_clock(moving.uow, moving.clue)
    return Step(Status(moving.clue.status))


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
    clue, uow = moving.clue, moving.uow
    assert clue.clock_start is not None
    uow.session.add(
        ClockChange(
            clue_id=clue.id,
            rule=rule.name,
            clock_start=clue.clock_start,
            kind=kind,
            since=uow.clock.today(),
            until=until,
            ground=ground,
            reason=reason,
            approval=moving.approval or {},
            recorded_by=moving.actor,
            recorded_at=uow.now,
        )
    )
