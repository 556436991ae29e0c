"""Use cases of sealed receipts."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from chassis.errors import Forbidden, MoveRefused, NotFound, Text, invalid_field
from chassis.uow import Uow
from chassis.web import check_version

from clue_service.access.policy import Viewer
from clue_service.deadlines import service as deadlines
from clue_service.deadlines.domain import SUPERIOR_LEVEL_REPORT, end_of_day
from clue_service.sealed_receipts import repository
from clue_service.sealed_receipts.models import SealedReceipt
from clue_service.sealed_receipts.schemas import RecordReceiptIn, SendReceiptIn


async def record_receipt(uow: Uow, viewer: Viewer, body: RecordReceiptIn) -> SealedReceipt:
    """Record that something for a superior level came in. It is neither matched nor announced."""
    if viewer.office_of is None:
        raise Forbidden(Text("仅限信访、案管部门办理", "For the petition and case management offices only"))
    for pointer, day in (("/received_on", body.received_on), ("/sent_on", body.sent_on)):
        _check_past(uow, pointer, day)
    due = await deadlines.due_for(uow, SUPERIOR_LEVEL_REPORT.name, body.received_on)
    receipt = SealedReceipt(
        **body.model_dump(),
        commission=viewer.office_of,
        due_at=end_of_day(due.on, uow.clock.zone),
        due_provisional=due.is_provisional,
        recorded_by=viewer.sub,
        recorded_at=uow.now,
        version=1,
    )
    uow.session.add(receipt)
    await uow.session.flush()
    await uow.audit("record", "sealed_receipt", receipt.id)
    return receipt


def _check_past(uow: Uow, pointer: str, day: date | None) -> None:
    if day is not None and day > uow.clock.today():
        raise invalid_field(pointer, "in_the_future", "日期不得晚于今天", "Must not lie in the future")


async def send_receipt(
    uow: Uow, viewer: Viewer, receipt_id: UUID, body: SendReceiptIn, seen: int | None
) -> SealedReceipt:
    """The report went up to the superior: nothing is owed any more. Raises NotFound, StaleVersion, MoveRefused."""
    receipt = await _find(uow, viewer, receipt_id, lock=True)
    check_version(seen, receipt.version)
    if receipt.sent_on is not None:
        raise MoveRefused(members={"state": "sent", "allowed_moves": []})
    _check_past(uow, "/sent_on", body.sent_on)
    if body.sent_on < receipt.received_on:
        raise invalid_field("/sent_on", "sent_before_receipt", "上报日期早于收到日期", "Sent up before it was received")
    receipt.sent_on, receipt.courier = body.sent_on, body.courier or receipt.courier
    receipt.version += 1
    await uow.session.flush()
    await uow.audit("send", "sealed_receipt", receipt.id, detail={"version": receipt.version})
    return receipt


async def visible_receipt(uow: Uow, viewer: Viewer, receipt_id: UUID) -> SealedReceipt:
    """A receipt of the viewer's commission; raises NotFound."""
    found = await _find(uow, viewer, receipt_id)
    await uow.audit("read", "sealed_receipt", found.id)
    return found


async def _find(uow: Uow, viewer: Viewer, receipt_id: UUID, *, lock: bool = False) -> SealedReceipt:
    own = viewer.office_of
    found = await repository.find_receipt(uow.session, receipt_id, own, lock=lock) if own else None
    if found is None:
        raise NotFound
    return found


async def list_receipts(
    uow: Uow, viewer: Viewer, *, is_sent: bool | None, before: UUID | None, limit: int
) -> Sequence[SealedReceipt]:
    """Receipts of the viewer's commission, newest first."""
    if viewer.office_of is None:
        return []
    await uow.audit("list", "sealed_receipt", "-")
    return await repository.list_receipts(uow.session, viewer.office_of, is_sent=is_sent, before=before, limit=limit)
