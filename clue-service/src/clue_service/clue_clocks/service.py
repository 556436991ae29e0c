"""Use cases of clocks beside the first: starting one, what people do with it, counting it anew, reading."""

from collections.abc import Sequence
from uuid import UUID

from chassis.errors import invalid_field
from chassis.uow import Uow

from clue_service.access.policy import Viewer
from clue_service.clue_clocks import domain, policy, repository
from clue_service.clue_clocks.domain import RULE_OF_KIND, STARTERS, ClockState, Kind, Part
from clue_service.clue_clocks.errors import NotUnderInquiry, ReplyAwaited, ReportStaysOwed
from clue_service.clue_clocks.events import emit_clock
from clue_service.clue_clocks.models import ClueClock, ClueClockChange
from clue_service.clue_clocks.schemas import ClockLine, ClueClockOut, MeetIn, StartClueClockIn
from clue_service.clues import service as clues
from clue_service.clues.approval_schemas import approval_record
from clue_service.clues.approvals import Asked, check_approval, leads_over, own_units
from clue_service.clues.clocks import as_changes
from clue_service.clues.models import Clue
from clue_service.clues.move_schemas import ExtendIn, PauseIn
from clue_service.clues.states import Status
from clue_service.deadlines import service as deadlines
from clue_service.deadlines.changing import (
    EXTENSION,
    PAUSE,
    check_later,
    check_pausable,
    columns_of,
    end_pause,
    next_extension,
)
from clue_service.deadlines.domain import Due, DueRule, Pause, after_pause, due_after, due_with, end_of_day
from clue_service.proceedings import acting
from clue_service.proceedings.acting import Machine, Moving, Step
from clue_service.proceedings.domain import allowed_to
from clue_service.proceedings.errors import PartRequired
from clue_service.proceedings.ledger import Ledger
from clue_service.proceedings.schemas import StepOut
from clue_service.proceedings.service import Desk, steps_of, take_step


async def start_reply(desk: Desk, body: StartClueClockIn) -> ClueClock:
    """A subject received an inquiry letter: the reply is awaited from that day on.

    Raises NotFound, PartRequired, NotUnderInquiry, Invalid for a day or a subject that does not fit, ReplyAwaited.
    """
    uow, viewer = desk.uow, desk.viewer
    clue = await clues.visible_clue(uow, viewer, body.clue_id, lock=True)
    _check_may_start(viewer, clue)
    if clue.status != Status.TALK_INQUIRY or clue.lead_unit is None:
        raise NotUnderInquiry(members={"status": clue.status})
    if not clue.received_on <= body.received_on <= uow.clock.today():
        raise invalid_field(
            "/received_on", "out_of_range", "须在线索受理日与今天之间", "Lies between the clue's receipt and today"
        )
    if not await repository.has_subject(uow.session, clue.id, body.subject_id):
        raise invalid_field("/subject_id", "not_of_the_clue", "不是该线索的被反映人", "No subject of this clue")
    if await repository.runs_for(uow.session, clue.id, body.subject_id):
        raise ReplyAwaited
    rule = await deadlines.rule_on(uow, RULE_OF_KIND[Kind.INQUIRY_REPLY].name, body.received_on)
    due = due_after(rule, body.received_on, await deadlines.calendar_of(uow))
    clock = ClueClock(
        clue_id=clue.id,
        clue_no=clue.clue_no,
        kind=Kind.INQUIRY_REPLY,
        state=ClockState.OPEN,
        version=0,
        clue_version=clue.version,
        commission=clue.commission,
        unit=clue.lead_unit,
        subject_id=body.subject_id,
        due_rule=rule.name,
        due_rule_version=rule.version,
        clock_start=body.received_on,
    )
    put_due(uow, clock, due)
    uow.session.add(clock)
    await uow.session.flush()
    await take_step(uow, domain.ITEM, clock, "start", None)
    await emit_clock(uow, domain.event("started"), clock)
    return clock


def _check_may_start(viewer: Viewer, clue: Clue) -> None:
    is_office = viewer.office_of == clue.commission and viewer.has_any("case_supervisor")
    is_handler = clue.lead_unit in viewer.units and viewer.has_any("handler")
    if viewer.service is not None or not (is_office or is_handler):
        raise PartRequired(members={"who": [{"roles": sorted(STARTERS), "part": Part.UNIT}]})


def put_due(uow: Uow, clock: ClueClock, due: Due) -> None:
    """Store the end of a clock."""
    clock.due_at, clock.due_provisional = end_of_day(due.on, uow.clock.zone), due.is_provisional


async def count_anew(uow: Uow, clock: ClueClock) -> tuple[DueRule, Due]:
    """What a clock comes to by the rules, the calendar and all pauses and extensions that are known now."""
    rule = await deadlines.rule_on(uow, clock.due_rule, clock.clock_start)
    rows = await repository.list_changes(uow.session, clock.id)
    return rule, due_with(rule, clock.clock_start, as_changes(rows), await deadlines.calendar_of(uow))


async def _meet(moving: Moving[ClueClock], body: MeetIn) -> Step:
    clock, uow = moving.item, moving.uow
    if not clock.clock_start <= body.met_on <= uow.clock.today():
        raise invalid_field("/met_on", "out_of_range", "须在起算日与今天之间", "Lies between the first day and today")
    await _end_pause(uow, clock)
    clock.met_on = body.met_on
    return Step()


async def _extend(moving: Moving[ClueClock], body: ExtendIn) -> Step:
    clock, uow = moving.item, moving.uow
    previous = check_later(uow, body.until, clock.due_at)
    rule = await deadlines.rule_on(uow, clock.due_rule, clock.clock_start)
    rows = await repository.list_changes(uow.session, clock.id)
    granted = sum(row.kind == EXTENSION for row in rows)
    step = await next_extension(uow, rule, previous, body.until, granted)
    await _note(moving, EXTENSION, body, step.roles)
    put_due(uow, clock, Due(body.until))
    return Step(said={"previous_due_at": previous})


async def _pause(moving: Moving[ClueClock], body: PauseIn) -> Step:
    clock, uow = moving.item, moving.uow
    rule = await deadlines.rule_on(uow, clock.due_rule, clock.clock_start)
    check_pausable(uow, rule, clock.due_at)
    await _note(moving, PAUSE, body, rule.pause_roles)
    clock.paused_on = uow.clock.today()
    return Step(said={"ground": body.ground.value})


async def _note(moving: Moving[ClueClock], kind: str, body: ExtendIn | PauseIn, roles: frozenset[str]) -> None:
    """Write a change down once its approval holds."""
    clock, uow, viewer = moving.item, moving.uow, moving.deed.desk.viewer
    clue = await clues.visible_clue(uow, viewer, clock.clue_id)
    asked = Asked(roles, own_units(clue))
    await check_approval(uow, viewer, clue, body.approved_by, asked, may_be_own=leads_over(viewer, clue))
    kept = columns_of(
        uow,
        kind,
        reason=body.reason,
        approval=approval_record(body.approved_by),
        until=body.until if isinstance(body, ExtendIn) else None,
        ground=body.ground.value if isinstance(body, PauseIn) else None,
    )
    uow.session.add(ClueClockChange(clock_id=clock.id, **kept))


async def _resume(moving: Moving[ClueClock], _body: object) -> Step:
    await _end_pause(moving.uow, moving.item)
    return Step()


async def _end_pause(uow: Uow, clock: ClueClock) -> None:
    """A clock that stands still goes on today: its end moves by the days that were lost."""
    if clock.paused_on is None:
        return
    today = uow.clock.today()
    end_pause(uow, await repository.open_pause(uow.session, clock.id))
    rule = await deadlines.rule_on(uow, clock.due_rule, clock.clock_start)
    due = Due(uow.clock.civil_date(clock.due_at), clock.due_provisional)
    put_due(uow, clock, after_pause(rule, due, Pause(clock.paused_on, today), await deadlines.calendar_of(uow)))
    clock.paused_on = None


async def _cancel(moving: Moving[ClueClock], _body: object) -> Step:
    if moving.item.kind == Kind.INSPECTION_REPORT:
        raise ReportStaysOwed
    await _end_pause(moving.uow, moving.item)
    return Step()


LEDGER = Ledger(ClueClock, repository.parts_of)
_ACTIONS: dict[str, acting.Action] = {
    "meet": _meet,
    "extend": _extend,
    "pause": _pause,
    "resume": _resume,
    "cancel": _cancel,
}
MACHINE = Machine[ClueClock](
    noun=domain.ITEM,
    moves=domain.MOVES,
    find=LEDGER.lock,
    parts=lambda desk, item: policy.parts_in(desk.viewer, item),
    actions=_ACTIONS,
    emit=emit_clock,
)


async def list_clocks(desk: Desk, clue_id: UUID) -> list[ClockLine]:
    """The clocks of a clue that the viewer sees. Raises NotFound."""
    clue = await clues.visible_clue(desk.uow, desk.viewer, clue_id)
    await desk.uow.audit("read_clocks", "clue", clue.id)
    first = [_first_clock(clue)] if clue.due_rule is not None and clue.due_at is not None else []
    return [
        *first,
        *(
            ClockLine.model_validate(one)
            for one in await repository.list_of_clue(desk.uow.session, desk.viewer, clue.id)
        ),
    ]


def _first_clock(clue: Clue) -> ClockLine:
    state = "stopped" if clue.clock_stopped_at is not None else "paused" if clue.paused_on is not None else "open"
    columns = {
        name: getattr(clue, name) for name in ("due_rule", "clock_start", "due_at", "due_provisional", "paused_on")
    }
    return ClockLine.model_validate({"id": None, "kind": "state", "state": state, **columns})


async def describe_clocks(desk: Desk, items: Sequence[ClueClock]) -> list[ClueClockOut]:
    """Clocks as those with a part in them read them."""
    steps = await steps_of(desk.uow, [item.id for item in items])
    answers = []
    for item in items:
        parts = policy.parts_in(desk.viewer, item)
        columns = {name: getattr(item, name) for name in ClueClockOut.model_fields if hasattr(item, name)}
        more = {
            "is_overdue": item.state == ClockState.OPEN and item.due_at < desk.uow.now,
            "my_parts": sorted(Part(part) for part in parts),
            "allowed_moves": allowed_to(domain.MOVES, desk.viewer, parts, item.state),
            "steps": StepOut.shown(steps[item.id], with_documents=True),
        }
        answers.append(ClueClockOut.model_validate({**columns, **more}))
    return answers
