"""Use cases of transfers: sent, received, sent back, taken back, reported."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.errors import MoveRefused, NotFound, Text
from chassis.keyring import KeyRing
from chassis.uow import Uow
from chassis.web import check_version

from clue_service.access.policy import OFFICE_ROLES, Viewer
from clue_service.access.row_security import works_as_engine
from clue_service.clues.models import Clue
from clue_service.intake.schemas import RegisterClueIn
from clue_service.transfers import events, repository
from clue_service.transfers.domain import TRANSFER_MOVES, TransferKind, content_of
from clue_service.transfers.errors import NotYourTransfer
from clue_service.transfers.models import ClueTransfer
from clue_service.transfers.schemas import RecordTransferResultIn, TransferOut, TransferResultOut

TRANSFER_RETURNED, TRANSFER_REPORTED, TRANSFER_EXTENDED = "transfer_returned", "transfer_reported", "transfer_extended"
TRANSFER_GIVEN_BACK = "transfer_given_back"
"""Jobs that carry the news to the other side's clue: a transaction does not touch another commission's ledger."""


async def visible_transfer(uow: Uow, viewer: Viewer, transfer_id: UUID, *, lock: bool = False) -> ClueTransfer:
    """A transfer that the viewer's office sent or is sent, or its leaders; raises NotFound.

    Whoever is recused from the clue on either side, or not cleared for it, meets the transfer nowhere.
    """
    found = await repository.find_transfer(uow.session, transfer_id, lock=lock)
    if found is None or not ({viewer.office_of, viewer.leads} - {None}) & {found.from_commission, found.to_commission}:
        raise NotFound
    if not await repository.may_meet(uow.session, viewer, found):
        raise NotFound
    return found


async def list_transfers(
    uow: Uow, viewer: Viewer, *, direction: str | None, state: str | None, before: UUID | None, limit: int
) -> Sequence[ClueTransfer]:
    """Transfers of the viewer's commission, newest first."""
    own = viewer.office_of or viewer.leads
    if own is None:
        return []
    await uow.audit("list", "clue_transfer", "-")
    return await repository.list_transfers(
        uow.session,
        viewer,
        sender=own if direction != "incoming" else None,
        receiver=own if direction != "outgoing" else None,
        state=state,
        before=before,
        limit=limit,
    )


def describe(viewer: Viewer, transfer: ClueTransfer) -> TransferOut:
    """A transfer as the viewer's side sees it."""
    is_sender = (viewer.office_of or viewer.leads) == transfer.from_commission
    given = {
        "clue_id": transfer.clue_id if is_sender else transfer.received_clue_id,
        "result": TransferResultOut.model_validate({"note": None, **transfer.result}) if transfer.result else None,
        "allowed_moves": [verb for verb in possible_moves(transfer) if _is_by(viewer, transfer, verb)],
    }
    columns = {name: getattr(transfer, name) for name in TransferOut.model_fields if name not in given}
    return TransferOut.model_validate({**columns, **given})


def possible_moves(transfer: ClueTransfer) -> list[str]:
    """The moves the state allows: nobody receives for a body outside, and nobody records what is reported."""
    is_outside = transfer.to_commission is None
    unwanted = {"receive", "return"} if is_outside else {"record-result"}
    if transfer.kind == TransferKind.FORWARD:
        unwanted |= {"report", "record-result"}
    if transfer.is_jurisdiction_settled:
        unwanted.add("return")  # it was decided that the receiver is competent
    return [verb for verb in TRANSFER_MOVES.allowed(transfer.state) if verb not in unwanted]


def _is_by(viewer: Viewer, transfer: ClueTransfer, verb: str) -> bool:
    """Whether the viewer may: an office of the receiver for its moves, the sender's supervisor for the others."""
    if verb in {"receive", "return"}:
        return viewer.office_of == transfer.to_commission and viewer.has_any(*OFFICE_ROLES)
    is_sender = viewer.office_of == transfer.from_commission and viewer.has_any("case_supervisor")
    return is_sender and verb in {"recall", "record-result"}


async def _taken(uow: Uow, viewer: Viewer, transfer_id: UUID, verb: str, seen: int | None) -> ClueTransfer:
    transfer = await visible_transfer(uow, viewer, transfer_id, lock=True)
    if not _is_by(viewer, transfer, verb):
        raise NotYourTransfer
    check_version(seen, transfer.version)
    check_possible(transfer, verb)
    return transfer


def check_possible(transfer: ClueTransfer, verb: str) -> None:
    """Raise MoveRefused, with the state and what it allows, where it does not allow a move."""
    allowed = possible_moves(transfer)
    if verb not in allowed:
        sentence = Text(f"移送状态为 {transfer.state}，不能执行 {verb}", f"The transfer is {transfer.state}: no {verb}")
        raise MoveRefused(sentence, members={"state": transfer.state, "allowed_moves": allowed})


async def _say(uow: Uow, transfer: ClueTransfer, verb: str) -> None:
    transfer.state = TRANSFER_MOVES[verb].target or transfer.state
    transfer.version += 1
    await uow.session.flush()
    await events.emit_transfer(uow, TRANSFER_MOVES[verb].event or "", transfer)
    detail = {"state": transfer.state, "version": transfer.version}
    await uow.audit(verb, "clue_transfer", transfer.id, detail=detail)


async def open_for_receipt(
    uow: Uow, viewer: Viewer, keys: KeyRing, transfer_id: UUID, seen: int | None
) -> tuple[ClueTransfer, RegisterClueIn]:
    """The locked transfer and what it hands over, to be registered. Raises NotFound, NotYourTransfer, MoveRefused."""
    transfer = await _taken(uow, viewer, transfer_id, "receive", seen)
    if transfer.content is None:
        raise NotFound
    opened = keys.open(transfer.content, content_of(transfer.id))
    form = RegisterClueIn.model_validate({**json.loads(opened), "origin_ref": f"transfer:{transfer.id}"})
    return transfer, form


async def mark_received(uow: Uow, transfer: ClueTransfer, clue: Clue) -> None:
    """The receiver has registered a clue of its own; what was sent is not kept twice."""
    transfer.content = None
    transfer.received_at, transfer.received_by = uow.now, uow.actor.acting_for or uow.actor.sub
    transfer.received_clue_id = clue.id
    clue.came_by_transfer_id = transfer.id
    await _say(uow, transfer, "receive")


async def send_back(uow: Uow, viewer: Viewer, transfer_id: UUID, reason: str, seen: int | None) -> ClueTransfer:
    """The receiver is not competent: the sender has the clue again. Raises NotFound, NotYourTransfer, MoveRefused."""
    transfer = await _taken(uow, viewer, transfer_id, "return", seen)
    transfer.content = None
    transfer.returned_at, transfer.return_reason = uow.now, reason
    await _say(uow, transfer, "return")
    await uow.enqueue(TRANSFER_RETURNED, {"transfer_id": str(transfer.id)})
    return transfer


@works_as_engine
async def give_back(uow: Uow, transfer_id: UUID, reason: str) -> None:
    """It was settled that the receiver is not competent: the sender has the clue again; both ledgers follow.

    Raises MoveRefused where it is over already, or the receiver's clue is being handled.
    """
    transfer = await repository.find_transfer(uow.session, transfer_id, lock=True)
    if transfer is None:
        raise NotFound
    check_possible(transfer, "return")
    await check_not_begun(uow, transfer)
    transfer.content = None
    transfer.returned_at, transfer.return_reason = uow.now, reason
    await _say(uow, transfer, "return")
    await uow.enqueue(TRANSFER_RETURNED, {"transfer_id": str(transfer.id)})
    if transfer.received_clue_id is not None:
        await uow.enqueue(TRANSFER_GIVEN_BACK, {"transfer_id": str(transfer.id)})


async def check_not_begun(uow: Uow, transfer: ClueTransfer) -> None:
    """Raise MoveRefused where the receiver handles its clue already."""
    status = await repository.received_status(uow.session, transfer)
    if status not in (None, "registered"):
        allowed = [verb for verb in possible_moves(transfer) if verb != "return"]
        raise MoveRefused(members={"state": status, "allowed_moves": allowed})


@works_as_engine
async def hold_receiver(uow: Uow, transfer_id: UUID) -> None:
    """It was settled that the receiver is competent: it does not send the clue back."""
    transfer = await repository.find_transfer(uow.session, transfer_id, lock=True)
    if transfer is None:
        raise NotFound
    transfer.is_jurisdiction_settled = True
    transfer.version += 1
    await uow.session.flush()


@works_as_engine
async def recall(uow: Uow, transfer_id: UUID, reason: str | None = None) -> None:
    """The sender takes it back; raises MoveRefused where it was received. The clue is locked by the caller."""
    transfer = await repository.find_transfer(uow.session, transfer_id, lock=True)
    if transfer is None:
        raise NotFound
    check_possible(transfer, "recall")
    transfer.content, transfer.return_reason = None, reason
    await _say(uow, transfer, "recall")


@works_as_engine
async def report(uow: Uow, transfer_id: UUID, result: Mapping[str, Any]) -> None:
    """The receiver's clue has ended: its result goes back to the sender, and another one when it ends otherwise later.

    Of a forwarded one nothing does, nor does the same result again.
    """
    transfer = await repository.find_transfer(uow.session, transfer_id, lock=True)
    if transfer is None or "report" not in possible_moves(transfer) or transfer.result == result:
        return
    transfer.result, transfer.reported_at = dict(result), uow.now
    await _say(uow, transfer, "report")
    await uow.enqueue(TRANSFER_REPORTED, {"transfer_id": str(transfer.id)})


@works_as_engine
async def extend(uow: Uow, transfer_id: UUID, until: datetime) -> None:
    """The result is owed later; the receiver's clue follows. The sender's clue is locked by the caller."""
    transfer = await repository.find_transfer(uow.session, transfer_id, lock=True)
    if transfer is None:
        raise NotFound
    transfer.result_due_at = until
    transfer.version += 1
    await uow.session.flush()
    await events.emit_transfer(uow, "clue.transfer.due_changed.v1", transfer)
    await uow.enqueue(TRANSFER_EXTENDED, {"transfer_id": str(transfer.id)})


async def record_result(
    uow: Uow, viewer: Viewer, transfer_id: UUID, body: RecordTransferResultIn, seen: int | None
) -> ClueTransfer:
    """What a body outside the platform reported. Raises NotFound, NotYourTransfer, StaleVersion, MoveRefused."""
    transfer = await _taken(uow, viewer, transfer_id, "record-result", seen)
    transfer.result = {"status": None, "closure": None, **body.model_dump(mode="json")}
    transfer.reported_at = uow.now
    await _say(uow, transfer, "record-result")
    await uow.enqueue(TRANSFER_REPORTED, {"transfer_id": str(transfer.id)})
    return transfer


@works_as_engine
async def find_transfer(uow: Uow, transfer_id: UUID) -> ClueTransfer | None:
    """One transfer, for the service's own work."""
    return await repository.find_transfer(uow.session, transfer_id)


async def outcome_of(uow: Uow, clue: Clue) -> str | None:
    """What came of a clue where it was handed over to; None where it was not, or nothing is known."""
    sent = await find_transfer(uow, clue.transfer_id) if clue.transfer_id is not None else None
    return sent.result.get("outcome") if sent is not None and sent.result else None


async def counterparts(uow: Uow, clue_id: UUID) -> set[UUID]:
    """The clues that are the same letter in another commission's ledger, because it was handed over."""
    return await repository.counterparts(uow.session, clue_id)
