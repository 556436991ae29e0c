"""Sealed receipts over HTTP."""

from typing import Annotated
from uuid import UUID

from chassis.identity import Principal
from chassis.pagination import DEFAULT_LIMIT, MAX_LIMIT, Page, encode_cursor, id_of_cursor
from chassis.web import IfMatch, UowDep, answer_resource, require, set_etag
from fastapi import APIRouter, Query, Response

from clue_service.access.policy import OFFICE_ROLES
from clue_service.access.routes import ViewerDep
from clue_service.sealed_receipts import service
from clue_service.sealed_receipts.schemas import ReceiptOut, RecordReceiptIn, SendReceiptIn

router = APIRouter(prefix="/v1/sealed-receipts", tags=["sealed receipts"])
Office = Annotated[Principal, require(*sorted(OFFICE_ROLES))]


@router.post("", status_code=201)
async def record_receipt(
    body: RecordReceiptIn, response: Response, _caller: Office, viewer: ViewerDep, uow: UowDep
) -> ReceiptOut:
    """Record a report about somebody managed above: dates, channel and courier only."""
    receipt = await service.record_receipt(uow, viewer, body)
    answer_resource(response, uow, f"/v1/sealed-receipts/{receipt.id}", receipt.version, created=True)
    return ReceiptOut.model_validate(receipt)


@router.get("")
async def list_receipts(
    _caller: Office,
    viewer: ViewerDep,
    uow: UowDep,
    sent: Annotated[bool | None, Query(description="Whether the report went up to the superior")] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> Page[ReceiptOut]:
    """Your commission's receipts, newest first."""
    found = await service.list_receipts(uow, viewer, is_sent=sent, before=id_of_cursor(cursor), limit=limit + 1)
    return Page(
        items=[ReceiptOut.model_validate(one) for one in found[:limit]],
        next_cursor=encode_cursor(str(found[limit - 1].id)) if len(found) > limit else None,
    )


@router.get("/{receipt_id}")
async def get_receipt(
    receipt_id: UUID, response: Response, _caller: Office, viewer: ViewerDep, uow: UowDep
) -> ReceiptOut:
    """One receipt."""
    receipt = await service.visible_receipt(uow, viewer, receipt_id)
    set_etag(response, receipt.version)
    return ReceiptOut.model_validate(receipt)


@router.post("/{receipt_id}/send")
async def send_receipt(
    receipt_id: UUID,
    body: SendReceiptIn,
    response: Response,
    _caller: Office,
    viewer: ViewerDep,
    uow: UowDep,
    if_match: IfMatch,
) -> ReceiptOut:
    """Say on which day the report went up to the superior, once."""
    receipt = await service.send_receipt(uow, viewer, receipt_id, body, if_match)
    answer_resource(response, uow, f"/v1/sealed-receipts/{receipt.id}", receipt.version)
    return ReceiptOut.model_validate(receipt)
