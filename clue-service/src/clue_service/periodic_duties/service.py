"""Use cases of duties: arranging one, doing it, stopping it; the next period follows by the calendar."""

from collections.abc import Sequence
from typing import Any

from chassis.errors import invalid_field
from chassis.identity import SYSTEM
from chassis.service import Resources
from chassis.uow import Uow

from clue_service.access.row_security import as_engine
from clue_service.clue_clocks.schemas import MeetIn
from clue_service.deadlines import service as deadlines
from clue_service.deadlines.domain import Due, DueRule, due_after, end_of_day
from clue_service.periodic_duties import domain, policy, repository
from clue_service.periodic_duties.domain import ALLOWED, RULE_OF_KIND, USUAL, DutyState, Every, Kind, Part, Period
from clue_service.periodic_duties.errors import DutyArranged, LaterPeriodFollows
from clue_service.periodic_duties.events import emit_duty
from clue_service.periodic_duties.models import PeriodicDuty
from clue_service.periodic_duties.schemas import ArrangeDutyIn, PeriodicDutyOut
from clue_service.proceedings import acting
from clue_service.proceedings.acting import Machine, Moving, Step
from clue_service.proceedings.domain import allowed_to
from clue_service.proceedings.errors import PartRequired
from clue_service.proceedings.ledger import Ledger
from clue_service.proceedings.schemas import StepOut
from clue_service.proceedings.service import Desk, steps_of

_PETITION, _OWN_OFFICE = "petition_office", "case_management_office"


async def arrange(desk: Desk, body: ArrangeDutyIn) -> PeriodicDuty:
    """Let a duty begin with the present month or quarter. Raises PartRequired, Invalid, DutyArranged."""
    commission = desk.viewer.office_of
    if commission is None:
        raise PartRequired(members={"who": [{"roles": sorted(domain.SUPERVISORS), "part": Part.OFFICE}]})
    _check_unit(desk, commission, body)
    every = body.every or USUAL[body.kind]
    if every not in ALLOWED[body.kind]:
        raise invalid_field("/every", "not_this_often", "该事项须按季度进行", "This is owed each quarter")
    period = domain.period_of(every, desk.uow.clock.today())
    duty = await _add(desk.uow, body.kind, commission, body.unit, every, period)
    if duty is None:
        raise DutyArranged
    return duty


def _check_unit(desk: Desk, commission: str, body: ArrangeDutyIn) -> None:
    unit = desk.tree.find(body.unit)
    unit_type = unit.unit_type if unit is not None else None
    fits = unit_type == _PETITION if body.kind is Kind.PETITION_RESULTS else unit_type not in {_PETITION, _OWN_OFFICE}
    if unit is None or desk.tree.commission(body.unit) != commission or body.unit == commission or not fits:
        raise invalid_field(
            "/unit",
            "another_unit",
            "须为本机关的信访或承办部门",
            "An office of the commission, of the kind this is done with",
        )


async def _add(uow: Uow, kind: Kind, commission: str, unit: str, every: Every, period: Period) -> PeriodicDuty | None:
    rule, due = await _counted(uow, kind, period)
    values = {
        "kind": kind.value,
        "state": DutyState.OPEN.value,
        "version": 1,
        "commission": commission,
        "unit": unit,
        "every": every.value,
        "period_from": period.first,
        "period_to": period.last,
        "is_latest": True,
        "due_rule": rule.name,
        "due_rule_version": rule.version,
        "due_at": end_of_day(due.on, uow.clock.zone),
        "due_provisional": due.is_provisional,
    }
    async with as_engine(uow.session):
        duty = await repository.add_duty(uow.session, values)
    if duty is not None:
        await uow.audit("open", domain.ITEM, duty.id, detail={"kind": duty.kind, "unit": unit})
        await emit_duty(uow, domain.event("opened"), duty)
    return duty


async def _counted(uow: Uow, kind: Kind, period: Period) -> tuple[DueRule, Due]:
    rule = await deadlines.rule_on(uow, RULE_OF_KIND[kind].name, period.last)
    return rule, due_after(rule, period.last, await deadlines.calendar_of(uow))


async def count_anew(uow: Uow, duty: PeriodicDuty) -> tuple[DueRule, Due]:
    """What a duty comes to by the rules and the calendar of now."""
    return await _counted(uow, Kind(duty.kind), Period(duty.period_from, duty.period_to))


async def open_next_periods(resources: Resources) -> None:
    """Timer: where a period is over the next one begins, also those that began while nobody looked. Safe to repeat."""
    while True:
        async with resources.transactions(SYSTEM) as uow:
            over = await repository.lock_one_over(uow.session, uow.clock.today())
            if over is None:
                return
            over.is_latest = False
            await uow.session.flush()
            every = Every(over.every)
            period = domain.period_after(every, over.period_to)
            await _add(uow, Kind(over.kind), over.commission, over.unit, every, period)


async def _meet(moving: Moving[PeriodicDuty], body: MeetIn) -> Step:
    duty, uow = moving.item, moving.uow
    if not duty.period_from <= body.met_on <= uow.clock.today():
        raise invalid_field("/met_on", "out_of_range", "须在本期首日与今天之间", "Lies between the first day and today")
    duty.met_on = body.met_on
    return Step()


async def _stop(moving: Moving[PeriodicDuty], _body: Any) -> Step:
    duty = moving.item
    if not duty.is_latest:
        raise LaterPeriodFollows
    duty.is_latest = False
    return Step(DutyState.STOPPED if duty.state == DutyState.OPEN else None)


LEDGER = Ledger(PeriodicDuty, repository.parts_of)
_ACTIONS: dict[str, acting.Action] = {"meet": _meet, "stop": _stop}
MACHINE = Machine[PeriodicDuty](
    noun=domain.ITEM,
    moves=domain.MOVES,
    find=LEDGER.lock,
    parts=lambda desk, item: policy.parts_in(desk.viewer, item),
    actions=_ACTIONS,
    emit=emit_duty,
)


async def describe_duties(desk: Desk, items: Sequence[PeriodicDuty]) -> list[PeriodicDutyOut]:
    """Duties as those with a part in them read them."""
    steps = await steps_of(desk.uow, [item.id for item in items])
    answers = []
    for item in items:
        parts = policy.parts_in(desk.viewer, item)
        columns = {name: getattr(item, name) for name in PeriodicDutyOut.model_fields if hasattr(item, name)}
        allowed = allowed_to(domain.MOVES, desk.viewer, parts, item.state)
        more = {
            "is_overdue": item.state == DutyState.OPEN and item.due_at < desk.uow.now,
            "my_parts": sorted(Part(part) for part in parts),
            "allowed_moves": [verb for verb in allowed if verb != "stop" or item.is_latest],
            "steps": StepOut.shown(steps[item.id], with_documents=True),
        }
        answers.append(PeriodicDutyOut.model_validate({**columns, **more}))
    return answers
