"""Use cases of requests for protection: recording one, deciding, carrying out, reading, and opening what was told."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from chassis.errors import MoveRefused, invalid_field

from clue_service.clues import service as clues
from clue_service.deadlines import service as deadlines
from clue_service.deadlines.domain import (
    PROTECTION_DECISION,
    PROTECTION_MEASURE,
    PROTECTION_URGENT_DECISION,
    DueRule,
    end_of_day,
)
from clue_service.proceedings import acting
from clue_service.proceedings.acting import Machine, Moving, Step
from clue_service.proceedings.domain import allowed_to
from clue_service.proceedings.errors import PartRequired
from clue_service.proceedings.ledger import Ledger
from clue_service.proceedings.schemas import StepOut
from clue_service.proceedings.sealed_content import SealedContent
from clue_service.proceedings.service import Desk, check_cleared, steps_of, take_step
from clue_service.protection_requests import domain, policy, repository
from clue_service.protection_requests.domain import READS_CONTENT, REQUESTERS, Part, ProtectionState
from clue_service.protection_requests.events import emit_request
from clue_service.protection_requests.models import ProtectionContent, ProtectionRequest
from clue_service.protection_requests.schemas import (
    CarryOutMeasureIn,
    GrantIn,
    ProtectionContentOut,
    ProtectionRequestOut,
    RenewIn,
    RequestProtectionIn,
)

CONTENT = SealedContent(domain.ITEM, READS_CONTENT, repository.find_sealed)


async def request_protection(desk: Desk, body: RequestProtectionIn) -> ProtectionRequest:
    """Record that somebody asks to be protected, for a clue that the caller sees.

    Raises NotFound, PartRequired, Invalid above the clearance.
    """
    uow, viewer = desk.uow, desk.viewer
    if viewer.service is not None or viewer.unit is None:
        raise PartRequired(members={"who": [{"roles": sorted(REQUESTERS), "part": Part.REQUESTER}]})
    clue = await clues.visible_clue(uow, viewer, body.clue_id, lock=True)
    check_cleared(viewer, clue.secrecy_level)
    item = ProtectionRequest(
        **body.model_dump(exclude={"account", "wishes"}),
        state=ProtectionState.REQUESTED,
        version=0,
        commission=clue.commission,
        secrecy_level=clue.secrecy_level,
        measures=[],
        carried_out=[],
        requested_by=viewer.sub,
        requester_unit=viewer.unit,
        requested_at=uow.now,
    )
    await _start_clock(desk, item, PROTECTION_URGENT_DECISION if body.is_urgent else PROTECTION_DECISION)
    uow.session.add(item)
    await uow.session.flush()
    told = body.model_dump(include={"account", "wishes"})
    uow.session.add(ProtectionContent(request_id=item.id, sealed=CONTENT.seal(desk, item.id, told)))
    await take_step(uow, domain.ITEM, item, "request", None)
    await emit_request(uow, domain.event("requested"), item)
    return item


async def _start_clock(desk: Desk, item: ProtectionRequest, rule: DueRule) -> None:
    due = await deadlines.due_for(desk.uow, rule.name, desk.uow.clock.today())
    item.due_at = end_of_day(due.on, desk.uow.clock.zone)


async def _grant(moving: Moving[ProtectionRequest], body: GrantIn) -> Step:
    item = moving.item
    await _check_another(moving)
    _check_ahead(moving, body.in_force_until)
    item.measures = sorted(set(body.measures))
    item.charged_unit, item.in_force_until = body.charged_unit, body.in_force_until
    await _start_clock(moving.deed.desk, item, PROTECTION_MEASURE)
    return Step()


async def _refuse(moving: Moving[ProtectionRequest], _body: Any) -> Step:
    await _check_another(moving)
    moving.item.due_at = None
    return Step()


async def _check_another(moving: Moving[ProtectionRequest]) -> None:
    moving.forbid_own(moving.item.requested_by)
    await clues.check_not_subject(moving.uow, [moving.item.clue_id])


def _check_ahead(moving: Moving[ProtectionRequest], until: date) -> None:
    if until <= moving.uow.clock.today():
        raise invalid_field("/in_force_until", "not_ahead", "须晚于今天", "Must lie after today")


async def _carry_out(moving: Moving[ProtectionRequest], body: CarryOutMeasureIn) -> Step:
    item = moving.item
    if body.carried_out_on > moving.uow.clock.today():
        raise invalid_field("/carried_out_on", "in_the_future", "不得晚于今天", "Must not lie in the future")
    left = sorted(set(item.measures) - set(item.carried_out))
    if body.measure not in left:
        members = {"state": item.state, "allowed_moves": domain.MOVES.allowed(item.state), "allowed_measures": left}
        raise MoveRefused(members=members)
    item.carried_out = sorted([*item.carried_out, body.measure])
    if len(left) > 1:
        return Step()
    _look_again(moving, item)
    return Step(ProtectionState.IN_FORCE, event=domain.event("came_into_force"))


def _look_again(moving: Moving[ProtectionRequest], item: ProtectionRequest) -> None:
    assert item.in_force_until is not None
    item.due_at = end_of_day(item.in_force_until, moving.uow.clock.zone)


async def _renew(moving: Moving[ProtectionRequest], body: RenewIn) -> Step:
    _check_ahead(moving, body.in_force_until)
    moving.item.in_force_until = body.in_force_until
    _look_again(moving, moving.item)
    return Step()


async def _end(moving: Moving[ProtectionRequest], _body: Any) -> Step:
    moving.item.due_at = None
    return Step()


LEDGER = Ledger(ProtectionRequest, repository.parts_of)
_ACTIONS: dict[str, acting.Action] = {
    "grant": _grant,
    "refuse": _refuse,
    "carry-out": _carry_out,
    "renew": _renew,
    "end": _end,
    "withdraw": _end,
}
MACHINE = Machine[ProtectionRequest](
    noun=domain.ITEM,
    moves=domain.MOVES,
    find=LEDGER.lock,
    parts=lambda desk, item: policy.parts_in(desk.viewer, item),
    actions=_ACTIONS,
    emit=emit_request,
)


async def open_content(desk: Desk, request_id: UUID) -> ProtectionContentOut:
    """What was told, for whoever recorded it and who decides; each opening is written down.

    Raises NotFound (also once the content is gone), PartRequired.
    """
    item = await LEDGER.get(desk, request_id)
    told = await CONTENT.open(desk, item.id, policy.parts_in(desk.viewer, item))
    return ProtectionContentOut.model_validate(told)


async def describe_requests(desk: Desk, items: Sequence[ProtectionRequest]) -> list[ProtectionRequestOut]:
    """Requests as the viewer's part shows them."""
    steps = await steps_of(desk.uow, [item.id for item in items])
    visible = await clues.visible_ids(desk.uow, desk.viewer, [item.clue_id for item in items])
    answers = []
    for item in items:
        parts = policy.parts_in(desk.viewer, item)
        columns = {name: getattr(item, name) for name in ProtectionRequestOut.model_fields if hasattr(item, name)}
        if item.clue_id not in visible:
            columns["clue_id"] = None
        answers.append(
            ProtectionRequestOut(
                **columns,
                is_overdue=item.due_at is not None and item.due_at < desk.uow.now,
                my_parts=sorted(Part(part) for part in parts),
                allowed_moves=allowed_to(domain.MOVES, desk.viewer, parts, item.state),
                steps=StepOut.shown(steps[item.id], with_documents=bool(parts & READS_CONTENT)),
            )
        )
    return answers
