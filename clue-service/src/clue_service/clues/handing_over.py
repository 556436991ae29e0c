"""Clues that leave the commission: forwarded, assigned down, transferred, taken back, come back."""

from chassis.errors import MoveRefused, Text, invalid_field
from chassis.uow import Uow

from clue_service.clues.clocks import end_clock, run_clock
from clue_service.clues.models import Clue
from clue_service.clues.move_schemas import AssignDownIn, HandOverIn, RecallIn, TransferIn
from clue_service.clues.states import Status
from clue_service.clues.steps import Moving, Step
from clue_service.deadlines.domain import ASSIGNED_DOWN_REPORT
from clue_service.intake.copies import form_of
from clue_service.transfers import service as transfers
from clue_service.transfers.domain import TransferKind, is_back
from clue_service.transfers.sending import Sending, send


async def forward(moving: Moving, body: HandOverIn) -> Step:
    """To the competent body; no result is expected."""
    _check_elsewhere(moving, body.to_unit)
    return await _hand_over(moving, _sending(moving, TransferKind.FORWARD, body), Status.FORWARDED)


async def assign_down(moving: Moving, body: AssignDownIn) -> Step:
    """To a body below, which owes a result."""
    commission = moving.tree.commission(body.to_unit)
    if commission == moving.clue.commission or not moving.tree.is_within(commission, moving.clue.commission):
        raise invalid_field("/to_unit", "not_below", "须为下级纪委监委", "Must lie below the clue's commission")
    sending = Sending(
        TransferKind.ASSIGN_DOWN,
        body.to_unit,
        None,
        body.reason,
        body.legal_basis,
        moving.approval,
        ground=body.ground,
    )
    return await _hand_over(moving, sending, Status.ASSIGNED_DOWN)


async def transfer(moving: Moving, body: TransferIn) -> Step:
    """To another body, whose result comes back."""
    _check_elsewhere(moving, body.to_unit)
    if body.result_due is not None and body.result_due < moving.uow.clock.today():
        raise invalid_field("/result_due", "in_the_past", "不得早于今天", "Must not lie in the past")
    return await _hand_over(moving, _sending(moving, TransferKind.TRANSFER, body), Status.TRANSFERRED)


def _sending(moving: Moving, kind: TransferKind, body: HandOverIn) -> Sending:
    due = body.result_due if isinstance(body, TransferIn) else None
    return Sending(kind, body.to_unit, body.to_body, body.reason, body.legal_basis, moving.approval, result_due=due)


def _check_elsewhere(moving: Moving, to_unit: str | None) -> None:
    if to_unit is not None and moving.tree.commission(to_unit) == moving.clue.commission:
        raise invalid_field(
            "/to_unit", "own_commission", "本纪委监委内部请用分办", "Within the commission a clue is assigned"
        )


async def _hand_over(moving: Moving, sending: Sending, status: Status) -> Step:
    clue, uow, keys = moving.clue, moving.uow, moving.engine.keys
    form = await form_of(uow, keys, clue, summary=clue.summary)
    sent = await send(uow, keys, moving.tree, clue, form, sending)
    clue.transfer_id = sent.id
    await clear_assignment(uow, clue)
    if status is Status.ASSIGNED_DOWN:
        await run_clock(uow, clue, ASSIGNED_DOWN_REPORT.name, uow.clock.today())
    elif sent.result_due_at is not None:
        clue.due_rule, clue.clock_start, clue.due_at = "transfer_result", uow.clock.today(), sent.result_due_at
    return Step(status, said={"to_unit": sending.to_unit})


async def clear_assignment(uow: Uow, clue: Clue) -> None:
    """Nobody of the commission handles it, and no clock runs."""
    clue.lead_unit, clue.co_units, clue.members, clue.assignment_approval = None, [], [], None
    await end_clock(uow, clue)


async def recall(moving: Moving, body: RecallIn) -> Step:
    """Taken back before anybody received it."""
    clue = moving.clue
    if clue.transfer_id is not None:
        await transfers.recall(moving.uow, clue.transfer_id, body.reason)
    clue.transfer_id = None
    await clear_assignment(moving.uow, clue)
    return Step(Status.REGISTERED)


async def check_back(moving: Moving) -> None:
    """Raise MoveRefused where a result is awaited still."""
    clue = moving.clue
    if clue.transfer_id is None:
        return
    sent = await transfers.find_transfer(moving.uow, clue.transfer_id)
    if sent is not None and not is_back(sent.kind, sent.state):
        sentence = Text("尚未收到办理结果", "The result is not back yet")
        raise MoveRefused(sentence, members={"state": clue.status, "allowed_moves": ["recall"]})
