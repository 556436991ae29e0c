"""Both ends of a transfer meet the ledger: the receiver registers, the sender's clue learns what became of it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from chassis.directory import UnitTree
from chassis.errors import MoveRefused, Text
from chassis.identity import SYSTEM
from chassis.service import Resources
from chassis.uow import Uow

from clue_service.access.policy import Viewer
from clue_service.clues import events, stages
from clue_service.clues import service as clues
from clue_service.clues.clocks import run_clock
from clue_service.clues.handing_over import clear_assignment
from clue_service.clues.models import Clue
from clue_service.clues.states import Status
from clue_service.clues.steps import MATCH_AGAIN
from clue_service.deadlines.domain import ASSIGNED_DOWN_REPORT
from clue_service.intake.engine import Engine
from clue_service.intake.rows import Registration
from clue_service.intake.service import register_clue
from clue_service.overlap_alerts import detection
from clue_service.transfers import service
from clue_service.transfers.domain import TransferKind
from clue_service.transfers.models import ClueTransfer
from clue_service.transfers.schemas import ReceiveIn

_AWAY = frozenset({Status.FORWARDED, Status.ASSIGNED_DOWN, Status.TRANSFERRED})


async def receive(
    uow: Uow, viewer: Viewer, tree: UnitTree, engine: Engine, transfer_id: UUID, body: ReceiveIn, seen: int | None
) -> ClueTransfer:
    """The receiver's office registers what was handed over, under a number of its own; matching follows.

    Raises NotFound, NotYourTransfer, StaleVersion, MoveRefused.
    """
    transfer, form = await service.open_for_receipt(uow, viewer, engine.keys, transfer_id, seen)
    commission = transfer.to_commission or ""
    unit = body.receiving_unit if body.receiving_unit and tree.commission(body.receiving_unit) == commission else None
    registration = Registration(form, unit or viewer.unit or commission, commission, prepared=None)
    clue = (await register_clue(uow, viewer, tree, engine, engine.keys, registration)).clue
    await service.mark_received(uow, transfer, clue)
    if transfer.kind == TransferKind.ASSIGN_DOWN and transfer.result_due_at is not None:
        await run_clock(uow, clue, ASSIGNED_DOWN_REPORT.name, uow.clock.civil_date(transfer.sent_at))
        clue.due_at = transfer.result_due_at
    await uow.enqueue(MATCH_AGAIN, {"clue_id": str(clue.id)})
    return transfer


async def send_back(uow: Uow, viewer: Viewer, transfer_id: UUID, reason: str, seen: int | None) -> ClueTransfer:
    """The receiver is not competent. What it registered already it has forwarded back.

    Raises NotFound, NotYourTransfer, StaleVersion, MoveRefused.
    """
    known = await service.visible_transfer(uow, viewer, transfer_id)
    received = None
    if known.received_clue_id is not None:
        received = await clues.visible_clue(uow, viewer, known.received_clue_id, lock=True)
        if received.status != Status.REGISTERED:
            sentence = Text("该线索已在办理，请退回后再移送", "The clue is being handled; return it first")
            raise MoveRefused(sentence, members={"state": received.status, "allowed_moves": []})
    transfer = await service.send_back(uow, viewer, transfer_id, reason, seen)
    if received is not None:
        await _put(uow, received, Status.FORWARDED, "clue.clue.forwarded.v1", to_unit=transfer.from_commission)
    return transfer


async def _put(uow: Uow, clue: Clue, status: Status, event_type: str, **said: Any) -> None:
    before = clue.status
    await clear_assignment(uow, clue)
    clue.status, clue.closure = status, None
    clue.version += 1
    await uow.session.flush()
    await events.emit_clue(uow, event_type, clue, None, **said)
    await detection.follow_stage(uow, clue.id, stages.stage_of(clue.status))
    detail = {"from": before, "to": clue.status, "version": clue.version}
    await uow.audit(event_type.split(".")[2], "clue", clue.id, detail=detail)


async def take_given_back(resources: Resources, payload: Mapping[str, Any]) -> None:
    """The receiver's clue went back to its sender, unless its people have moved it since."""
    async with resources.transactions(SYSTEM) as uow:
        transfer = await service.find_transfer(uow, UUID(payload["transfer_id"]))
        if transfer is None or transfer.received_clue_id is None:
            return
        clue = await clues.locked_clue(uow, transfer.received_clue_id)
        if clue is not None and clue.status == Status.REGISTERED:
            await _put(uow, clue, Status.FORWARDED, "clue.clue.forwarded.v1", to_unit=transfer.from_commission)


async def take_returned(resources: Resources, payload: Mapping[str, Any]) -> None:
    """The sender's clue is registered again, unless its people have moved it since."""
    async with resources.transactions(SYSTEM) as uow:
        found = await _sender_side(uow, UUID(payload["transfer_id"]))
        if found is not None:
            transfer, clue = found
            clue.transfer_id = None
            await _put(uow, clue, Status.REGISTERED, "clue.clue.returned.v1", from_unit=transfer.to_commission)


async def take_reported(resources: Resources, payload: Mapping[str, Any]) -> None:
    """The sender's clue has its result: its clock ends. What the sender was handed itself, it reports on."""
    async with resources.transactions(SYSTEM) as uow:
        found = await _sender_side(uow, UUID(payload["transfer_id"]))
        if found is None:
            return
        transfer, clue = found
        result = transfer.result or {}
        await clear_assignment(uow, clue)
        clue.version += 1
        await uow.session.flush()
        said = {"outcome": result.get("outcome") or result.get("status"), "four_forms": result.get("four_forms")}
        await events.emit_clue(uow, "clue.clue.result_received.v1", clue, None, **said)
        await uow.audit("receive_result", "clue", clue.id, detail={"version": clue.version})
        if clue.came_by_transfer_id is not None:
            await service.report(uow, clue.came_by_transfer_id, result)


async def take_extended(resources: Resources, payload: Mapping[str, Any]) -> None:
    """The receiver's clue is given the later end too, while it owes the report still."""
    async with resources.transactions(SYSTEM) as uow:
        transfer = await service.find_transfer(uow, UUID(payload["transfer_id"]))
        if transfer is None or transfer.received_clue_id is None:
            return
        clue = await clues.locked_clue(uow, transfer.received_clue_id)
        if clue is None or clue.due_rule != ASSIGNED_DOWN_REPORT.name or clue.due_at == transfer.result_due_at:
            return
        previous, clue.due_at, clue.due_provisional = clue.due_at, transfer.result_due_at, False
        clue.version += 1
        await uow.session.flush()
        await events.emit_clue(uow, "clue.clue.extended.v1", clue, None, previous_due_at=previous)
        await uow.audit("extend", "clue", clue.id, detail={"version": clue.version})


async def _sender_side(uow: Uow, transfer_id: UUID) -> tuple[ClueTransfer, Clue] | None:
    transfer = await service.find_transfer(uow, transfer_id)
    clue = await clues.locked_clue(uow, transfer.clue_id) if transfer else None
    if transfer is None or clue is None or clue.transfer_id != transfer.id or clue.status not in _AWAY:
        return None
    return transfer, clue
