"""Use cases of clarifications: assessing that one is due, its moves, and reading it."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from chassis.errors import MoveRefused, NotFound, invalid_field

from clue_service.clarifications import domain, policy, repository
from clue_service.clarifications.domain import ClarificationState, Part
from clue_service.clarifications.errors import ClarificationExists, NotConcludedUntrue
from clue_service.clarifications.events import emit_clarification
from clue_service.clarifications.models import Clarification
from clue_service.clarifications.schemas import AssessIn, CarryOutIn, ClarificationOut, RevisitIn
from clue_service.clues import service as clues
from clue_service.deadlines import service as deadlines
from clue_service.deadlines.domain import CLARIFICATION_ACROSS, CLARIFICATION_STEP, end_of_day
from clue_service.proceedings import acting
from clue_service.proceedings.acting import Machine, Moving, Step
from clue_service.proceedings.domain import WORKERS, allowed_to
from clue_service.proceedings.errors import PartRequired
from clue_service.proceedings.ledger import Ledger
from clue_service.proceedings.schemas import StepOut
from clue_service.proceedings.service import Desk, steps_of, take_step


async def assess(desk: Desk, body: AssessIn) -> Clarification:
    """Draw up a clarification for a subject of a clue that ended as untrue.

    Raises NotFound, NotConcludedUntrue, ClarificationExists, PartRequired.
    """
    uow, viewer = desk.uow, desk.viewer
    clue = await clues.visible_clue(uow, viewer, body.clue_id, lock=True)
    if clue.closure not in domain.UNTRUE:
        raise NotConcludedUntrue(members={"state": clue.status, "closure": clue.closure})
    subject = await repository.find_subject(uow.session, clue.id, body.subject_id)
    if subject is None:
        raise invalid_field("/subject_id", "not_a_subject", "不是该线索的被反映人", "Not a subject of the clue")
    existing = await repository.standing_for(uow.session, subject.id)
    if existing is not None:
        raise ClarificationExists(members={"clarification_id": str(existing.id)})
    item = Clarification(
        **body.model_dump(exclude={"forms"}),
        forms=sorted(set(body.forms)),
        carried_out=[],
        state=ClarificationState.ASSESSED,
        version=0,
        commission=clue.commission,
        handling_unit=clue.lead_unit or clue.commission,
        secrecy_level=clue.secrecy_level,
        drafted_by=viewer.sub,
        drafted_at=uow.now,
    )
    if Part.HANDLER not in policy.parts_in(viewer, item):
        raise PartRequired(members={"who": [{"roles": sorted(WORKERS), "part": Part.HANDLER}]})
    await _start_step(desk, item)
    uow.session.add(item)
    await uow.session.flush()
    await take_step(uow, domain.ITEM, item, "assess", None)
    await emit_clarification(uow, domain.event("assessed"), item)
    return item


async def _start_step(desk: Desk, item: Clarification) -> None:
    """The next step is due within five working days, or ten where several departments take part."""
    rule = CLARIFICATION_ACROSS if item.is_across else CLARIFICATION_STEP
    due = await deadlines.due_for(desk.uow, rule.name, desk.uow.clock.today())
    item.due_at = end_of_day(due.on, desk.uow.clock.zone)


async def _approve(moving: Moving[Clarification], _body: Any) -> Step:
    moving.forbid_own(moving.item.drafted_by)
    await _start_step(moving.deed.desk, moving.item)
    return Step()


async def _carry_out(moving: Moving[Clarification], body: CarryOutIn) -> Step:
    item = moving.item
    _check_past(moving, "/carried_out_on", body.carried_out_on)
    left = sorted(set(item.forms) - set(item.carried_out))
    if body.form not in left:
        members = {"state": item.state, "allowed_moves": domain.MOVES.allowed(item.state), "allowed_forms": left}
        raise MoveRefused(members=members)
    item.carried_out = sorted([*item.carried_out, body.form])
    await _start_step(moving.deed.desk, item)
    if len(left) > 1:
        return Step()
    subject = await repository.find_subject(moving.uow.session, item.clue_id, item.subject_id)
    if subject is None:
        raise NotFound  # whoever carries it out may not see the clue any more
    subject.clarified_on = body.carried_out_on
    return Step(ClarificationState.CARRIED_OUT, event=domain.event("carried_out"))


def _check_past(moving: Moving[Clarification], pointer: str, day: date) -> None:
    if day > moving.uow.clock.today():
        raise invalid_field(pointer, "in_the_future", "不得晚于今天", "Must not lie in the future")


async def _revisit(moving: Moving[Clarification], body: RevisitIn) -> Step:
    _check_past(moving, "/visited_on", body.visited_on)
    await _start_step(moving.deed.desk, moving.item)
    return Step()


async def _end(moving: Moving[Clarification], _body: Any) -> Step:
    moving.item.due_at = None
    return Step()


_ACTIONS: dict[str, acting.Action] = {
    "approve": _approve,
    "reject": _end,
    "carry-out": _carry_out,
    "revisit": _revisit,
    "close": _end,
    "withdraw": _end,
}
LEDGER = Ledger(Clarification, repository.parts_of)
MACHINE = Machine[Clarification](
    noun=domain.ITEM,
    moves=domain.MOVES,
    find=LEDGER.lock,
    parts=lambda desk, item: policy.parts_in(desk.viewer, item),
    actions=_ACTIONS,
    emit=emit_clarification,
)


async def describe_clarifications(desk: Desk, items: Sequence[Clarification]) -> list[ClarificationOut]:
    """Clarifications as the viewer's part shows them."""
    steps = await steps_of(desk.uow, [item.id for item in items])
    visible = await clues.visible_ids(desk.uow, desk.viewer, [item.clue_id for item in items])
    answers = []
    for item in items:
        parts = policy.parts_in(desk.viewer, item)
        columns = {column.key: getattr(item, column.key) for column in Clarification.__table__.columns}
        if item.clue_id not in visible:
            columns |= {"clue_id": None, "subject_id": None}
        answers.append(
            ClarificationOut(
                **{name: columns[name] for name in ClarificationOut.model_fields if name in columns},
                is_overdue=item.due_at is not None and item.due_at < desk.uow.now,
                my_parts=sorted(Part(part) for part in parts),
                allowed_moves=allowed_to(domain.MOVES, desk.viewer, parts, item.state),
                steps=[StepOut.model_validate(step) for step in steps[item.id]],
            )
        )
    return answers
