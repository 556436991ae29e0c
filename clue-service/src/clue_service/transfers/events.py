"""Events of transfers. They name commissions and dates, never a clue."""

from chassis.uow import Uow
from contracts.clue import EVENTS, TransferEvent

from clue_service.transfers.domain import WANTS_RESULT, TransferState
from clue_service.transfers.models import ClueTransfer

_BY_TYPE: dict[str, type[TransferEvent]] = {event.type: event for event in EVENTS if issubclass(event, TransferEvent)}


async def emit_transfer(uow: Uow, event_type: str, transfer: ClueTransfer) -> None:
    """Say what became of a transfer. One to a body outside concerns nobody on the platform."""
    if transfer.to_commission is None:
        return
    is_open = transfer.state in {TransferState.SENT, TransferState.RECEIVED}
    event = _BY_TYPE[event_type].model_validate(
        {
            "transfer_id": transfer.id,
            "kind": transfer.kind,
            "state": transfer.state,
            "from_commission": transfer.from_commission,
            "to_commission": transfer.to_commission,
            "to_unit": transfer.to_unit,
            "receipt_due": transfer.receipt_due_at if transfer.state == TransferState.SENT else None,
            "result_due": transfer.result_due_at if is_open and transfer.kind in WANTS_RESULT else None,
        }
    )
    await uow.emit(event, aggregate_id=transfer.id, version=transfer.version)
