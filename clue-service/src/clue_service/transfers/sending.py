"""A clue is handed over: what is said of it, by when it is owed, and its content under seal."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from chassis.directory import UnitTree
from chassis.keyring import KeyRing
from chassis.uow import Uow

from clue_service.access.row_security import works_as_engine
from clue_service.clues.models import Clue
from clue_service.deadlines import service as deadlines
from clue_service.deadlines.domain import ASSIGNED_DOWN_REPORT, LOWER_BODY_RECEIPT, end_of_day
from clue_service.intake.schemas import RegisterClueIn
from clue_service.recusals import telling
from clue_service.recusals.reach import Item
from clue_service.transfers import events
from clue_service.transfers.domain import TransferKind, TransferState, content_of
from clue_service.transfers.models import ClueTransfer


@dataclass(frozen=True)
class Sending:
    """What is said when a clue is handed over."""

    kind: TransferKind
    to_unit: str | None
    to_body: str | None
    reason: str
    legal_basis: str | None
    approval: Mapping[str, Any] | None
    ground: str | None = None
    result_due: date | None = None


@works_as_engine
async def send(
    uow: Uow, keys: KeyRing, tree: UnitTree, clue: Clue, form: RegisterClueIn, said: Sending
) -> ClueTransfer:
    """Hand a locked clue over: to a body outside by name only, to a commission of the platform with its content."""
    today = uow.clock.today()
    is_inside = said.to_unit is not None
    due = await deadlines.due_for(uow, LOWER_BODY_RECEIPT.name, today)
    receipt = end_of_day(due.on, uow.clock.zone) if is_inside else None
    transfer = ClueTransfer(
        kind=said.kind,
        state=TransferState.SENT,
        version=1,
        clue_id=clue.id,
        from_commission=clue.commission,
        to_unit=said.to_unit,
        to_commission=tree.commission(said.to_unit) if said.to_unit is not None else None,
        to_body=said.to_body,
        ground=said.ground,
        reason=said.reason,
        legal_basis=said.legal_basis,
        approval=dict(said.approval) if said.approval else None,
        sent_at=uow.now,
        sent_by=uow.actor.acting_for or uow.actor.sub,
        receipt_due_at=receipt,
        result_due_at=await _result_due(uow, said, today),
    )
    uow.session.add(transfer)
    await uow.session.flush()
    if is_inside:
        transfer.content = keys.seal(form.model_dump_json().encode(), content_of(transfer.id))
        await uow.session.flush()
    await telling.tell_of_new(uow, Item("clue_transfer", transfer.id), is_held=True)
    await uow.audit("send", "clue_transfer", transfer.id, detail={"kind": said.kind, "to": transfer.to_commission})
    await events.emit_transfer(uow, "clue.transfer.sent.v1", transfer)
    return transfer


async def _result_due(uow: Uow, said: Sending, today: date) -> datetime | None:
    if said.kind is TransferKind.ASSIGN_DOWN:
        return end_of_day((await deadlines.due_for(uow, ASSIGNED_DOWN_REPORT.name, today)).on, uow.clock.zone)
    return end_of_day(said.result_due, uow.clock.zone) if said.result_due else None
