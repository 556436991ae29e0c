"""Use cases of sealed receipts."""

from collections.abc import Sequence
from uuid import UUID

from chassis.errors import Forbidden, NotFound, Text, invalid_field
from chassis.uow import Uow

from clue_service.access.policy import Viewer
from clue_service.deadlines import service as deadlines
from clue_service.deadlines.domain import SUPERIOR_LEVEL_REPORT, end_of_day
from clue_service.sealed_receipts import repository
from clue_service.sealed_receipts.models import SealedReceipt
from clue_service.sealed_receipts.schemas import RecordReceiptIn


async def record_receipt(uow: Uow, viewer: Viewer, body: RecordReceiptIn) -> SealedReceipt:
    """Record that something for a superior level came in. It is neither matched nor announced."""
    if viewer.office_of is None:
        raise Forbidden(Text("仅限信访、案管部门办理", "For the petition and case management offices only"))
    today = uow.clock.today()
    for pointer, day in (("/received_on", body.received_on), ("/sent_on", body.sent_on)):
        if day is not None and day > today:
            raise invalid_field(pointer, "in_the_future", "日期不得晚于今天", "Must not lie in the future")
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


async def visible_receipt(uow: Uow, viewer: Viewer, receipt_id: UUID) -> SealedReceipt:
    """A receipt of the viewer's commission; raises NotFound."""
    found = await repository.find_receipt(uow.session, receipt_id, viewer.office_of) if viewer.office_of else None
    if found is None:
        raise NotFound
    await uow.audit("read", "sealed_receipt", found.id)
    return found


async def list_receipts(uow: Uow, viewer: Viewer, *, before: UUID | None, limit: int) -> Sequence[SealedReceipt]:
    """Receipts of the viewer's commission, newest first."""
    if viewer.office_of is None:
        return []
    await uow.audit("list", "sealed_receipt", "-")
    return await repository.list_receipts(uow.session, viewer.office_of, before=before, limit=limit)
