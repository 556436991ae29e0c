"""Use cases of jurisdiction objections: raising one, its moves, what follows by the clock, and reading it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from chassis.errors import MoveRefused, NotFound, invalid_field
from chassis.identity import SYSTEM
from chassis.service import Resources
from chassis.uow import Uow

from clue_service.clues import service as clues
from clue_service.deadlines import service as deadlines
from clue_service.deadlines.domain import JURISDICTION_OBJECTION, end_of_day
from clue_service.jurisdiction_objections import domain, policy, repository
from clue_service.jurisdiction_objections.domain import ObjectionState, Part, Route
from clue_service.jurisdiction_objections.errors import ObjectionExists, ObjectionTooLate, OtherSideConfirms
from clue_service.jurisdiction_objections.events import emit_objection
from clue_service.jurisdiction_objections.models import JurisdictionObjection
from clue_service.jurisdiction_objections.schemas import DecideIn, ObjectionOut, RaiseObjectionIn
from clue_service.proceedings import acting
from clue_service.proceedings.acting import Machine, Moving, Step
from clue_service.proceedings.domain import allowed_to
from clue_service.proceedings.errors import PartRequired
from clue_service.proceedings.ledger import Ledger
from clue_service.proceedings.schemas import StepOut
from clue_service.proceedings.service import Desk, steps_of, take_step
from clue_service.transfers import service as transfers
from clue_service.transfers.domain import TransferState
from clue_service.transfers.models import ClueTransfer


async def raise_objection(desk: Desk, body: RaiseObjectionIn) -> JurisdictionObjection:
    """Object to what the caller's commission was handed.

    Raises NotFound, PartRequired, MoveRefused where it is handled already, ObjectionExists, ObjectionTooLate.
    """
    uow, viewer = desk.uow, desk.viewer
    transfer = await transfers.visible_transfer(uow, viewer, body.transfer_id, lock=True)
    if transfer.to_commission not in policy.sides_of(viewer):
        raise PartRequired(members={"who": [{"roles": ["case_supervisor"], "part": Part.OBJECTOR}]})
    existing = await repository.of_transfer(uow.session, transfer.id)
    if existing is not None:
        raise ObjectionExists(members={"objection_id": str(existing.id)})
    await _check_objectable(uow, transfer)
    sender, receiver = transfer.from_commission, transfer.to_commission or ""
    superior = domain.superior_of(desk.tree, sender, receiver)
    clue = (await clues.clues_by_id(uow, [transfer.clue_id]))[transfer.clue_id]
    if clue.secrecy_level not in viewer.cleared_for or viewer.sub in clue.recused:
        raise NotFound
    item = JurisdictionObjection(
        **body.model_dump(),
        state=ObjectionState.RAISED,
        version=0,
        clue_id=transfer.clue_id,
        raised_by=receiver,
        sender=sender,
        superior=superior,
        route=Route.COMMON_SUPERIOR if superior is not None else Route.JOINT_MEETING,
        secrecy_level=clue.secrecy_level,
        drafted_by=viewer.sub,
        raised_at=uow.now,
    )
    await _start_term(uow, item)
    uow.session.add(item)
    await uow.session.flush()
    await take_step(uow, domain.ITEM, item, "raise", None, {"reason": body.reason})
    await emit_objection(uow, domain.event("raised"), item)
    return item


async def _check_objectable(uow: Uow, transfer: ClueTransfer) -> None:
    await transfers.check_not_begun(uow, transfer)
    if transfer.state not in (TransferState.SENT, TransferState.RECEIVED):
        raise MoveRefused(members={"state": transfer.state, "allowed_moves": transfers.possible_moves(transfer)})
    due = await deadlines.due_for(uow, JURISDICTION_OBJECTION.name, uow.clock.civil_date(transfer.sent_at))
    if uow.clock.today() > due.on:
        raise ObjectionTooLate(members={"objectable_until": due.on.isoformat()})


async def _start_term(uow: Uow, item: JurisdictionObjection) -> None:
    due = await deadlines.due_for(uow, JURISDICTION_OBJECTION.name, uow.clock.today())
    item.due_at = end_of_day(due.on, uow.clock.zone)


def _possible(item: JurisdictionObjection) -> list[str]:
    unwanted = domain.impossible_by(item.route)
    return [verb for verb in domain.MOVES.allowed(item.state) if verb not in unwanted]


def _check_route(moving: Moving[JurisdictionObjection]) -> None:
    if moving.row.verb not in _possible(moving.item):
        raise MoveRefused(members={"state": moving.item.state, "allowed_moves": _possible(moving.item)})


async def _agree(moving: Moving[JurisdictionObjection], _body: Any) -> Step:
    item = moving.item
    item.due_at, item.competent_unit = None, item.sender
    await transfers.give_back(moving.uow, item.transfer_id, item.reason)
    return Step()


async def _contest(moving: Moving[JurisdictionObjection], _body: Any) -> Step:
    await _start_term(moving.uow, moving.item)
    return Step()


async def _decide(moving: Moving[JurisdictionObjection], body: DecideIn) -> Step:
    _check_route(moving)
    moving.item.competent_unit = _competent(moving, body)
    return await _settle(moving, body.reason)


def _competent(moving: Moving[JurisdictionObjection], body: DecideIn) -> str:
    """The commission that is competent. Above the superior nobody is named: it decides on its own area only."""
    item, tree = moving.item, moving.deed.desk.tree
    commission = tree.commission(body.competent_unit)
    if item.superior is not None and not tree.is_within(commission, item.superior):
        raise invalid_field(
            "/competent_unit", "outside_area", "须在共同上级辖区内", "Must lie within the common superior's area"
        )
    return commission


async def _settle(moving: Moving[JurisdictionObjection], reason: str) -> Step:
    item = moving.item
    item.due_at = None
    if item.competent_unit == item.raised_by:
        await transfers.hold_receiver(moving.uow, item.transfer_id)
    else:
        await transfers.give_back(moving.uow, item.transfer_id, reason)
    return Step(said={"competent_unit": item.competent_unit})


async def _record_meeting(moving: Moving[JurisdictionObjection], body: DecideIn) -> Step:
    _check_route(moving)
    item = moving.item
    item.competent_unit, item.due_at = _competent(moving, body), None
    item.recorded_by_side = item.raised_by if Part.OBJECTOR in moving.parts else item.sender
    return Step()


def _check_other_side(moving: Moving[JurisdictionObjection]) -> None:
    item = moving.item
    recorded = Part.OBJECTOR if item.recorded_by_side == item.raised_by else Part.SENDER
    if moving.parts <= {recorded}:
        raise OtherSideConfirms


async def _confirm_meeting(moving: Moving[JurisdictionObjection], _body: Any) -> Step:
    _check_other_side(moving)
    return await _settle(moving, moving.item.reason)


async def _dispute_meeting(moving: Moving[JurisdictionObjection], _body: Any) -> Step:
    _check_other_side(moving)
    moving.item.competent_unit = moving.item.recorded_by_side = None
    await _start_term(moving.uow, moving.item)
    return Step()


async def _withdraw(moving: Moving[JurisdictionObjection], _body: Any) -> Step:
    moving.item.due_at = None
    return Step()


_ACTIONS: dict[str, acting.Action] = {
    "agree": _agree,
    "contest": _contest,
    "decide": _decide,
    "record-meeting": _record_meeting,
    "confirm-meeting": _confirm_meeting,
    "dispute-meeting": _dispute_meeting,
    "withdraw": _withdraw,
}
LEDGER = Ledger(JurisdictionObjection, repository.parts_of)
MACHINE = Machine[JurisdictionObjection](
    noun=domain.ITEM,
    moves=domain.MOVES,
    find=LEDGER.lock,
    parts=lambda desk, item: policy.parts_in(desk.viewer, item),
    actions=_ACTIONS,
    emit=emit_objection,
)


async def follow_terms(resources: Resources) -> None:
    """What is not answered in time goes to whoever decides; what is not decided in time is escalated."""
    while True:
        async with resources.transactions(SYSTEM) as uow:
            item = await repository.lock_one_late(uow.session, uow.now)
            if item is None:
                return
            if item.state == ObjectionState.RAISED:
                await _start_term(uow, item)
                await take_step(uow, domain.ITEM, item, "submit", ObjectionState.SUBMITTED)
                await emit_objection(uow, domain.event("submitted"), item)
            else:
                item.due_at = None
                await take_step(uow, domain.ITEM, item, "escalate", ObjectionState.ESCALATED)
                await emit_objection(uow, domain.event("escalated"), item)


async def describe_objections(desk: Desk, items: Sequence[JurisdictionObjection]) -> list[ObjectionOut]:
    """Objections as the parties see them."""
    steps: dict[UUID, Any] = await steps_of(desk.uow, [item.id for item in items])
    answers = []
    for item in items:
        parts = policy.parts_in(desk.viewer, item)
        columns = {column.key: getattr(item, column.key) for column in JurisdictionObjection.__table__.columns}
        possible = _possible(item)
        answers.append(
            ObjectionOut(
                **{name: columns[name] for name in ObjectionOut.model_fields if name in columns},
                is_overdue=item.due_at is not None and item.due_at < desk.uow.now,
                my_parts=sorted(Part(part) for part in parts),
                allowed_moves=[
                    verb for verb in allowed_to(domain.MOVES, desk.viewer, parts, item.state) if verb in possible
                ],
                steps=[StepOut.model_validate(step) for step in steps[item.id]],
            )
        )
    return answers
