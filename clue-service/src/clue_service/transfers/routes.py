"""Transfers over HTTP."""

from typing import Annotated, Literal
from uuid import UUID

from chassis.identity import Principal
from chassis.pagination import DEFAULT_LIMIT, MAX_LIMIT, Page, encode_cursor, id_of_cursor
from chassis.service import resources_of
from chassis.web import Caller, IfMatch, UowDep, answer_resource, open_uow, require, set_etag
from fastapi import APIRouter, Query, Request, Response

from clue_service.access.policy import OFFICE_ROLES
from clue_service.access.routes import ViewerDep
from clue_service.transfers import receiving, service
from clue_service.transfers.domain import TransferState
from clue_service.transfers.schemas import ReceiveIn, RecordTransferResultIn, ReturnTransferIn, TransferOut

router = APIRouter(prefix="/v1/clue-transfers", tags=["clue transfers"])
Office = Annotated[Principal, require(*sorted(OFFICE_ROLES))]


@router.get("")
async def list_clue_transfers(
    _caller: Caller,
    viewer: ViewerDep,
    uow: UowDep,
    direction: Literal["incoming", "outgoing"] | None = None,
    state: TransferState | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> Page[TransferOut]:
    """What your commission handed over or is handed, newest first."""
    found = await service.list_transfers(
        uow, viewer, direction=direction, state=state, before=id_of_cursor(cursor), limit=limit + 1
    )
    return Page(
        items=[service.describe(viewer, one) for one in found[:limit]],
        next_cursor=encode_cursor(str(found[limit - 1].id)) if len(found) > limit else None,
    )


@router.get("/{transfer_id}")
async def get_clue_transfer(
    transfer_id: UUID, response: Response, _caller: Caller, viewer: ViewerDep, uow: UowDep
) -> TransferOut:
    """One transfer."""
    transfer = await service.visible_transfer(uow, viewer, transfer_id)
    await uow.audit("read", "clue_transfer", transfer.id)
    set_etag(response, transfer.version)
    return service.describe(viewer, transfer)


@router.post("/{transfer_id}/receive")
async def receive_clue_transfer(
    transfer_id: UUID,
    request: Request,
    response: Response,
    caller: Office,
    viewer: ViewerDep,
    if_match: IfMatch,
    body: ReceiveIn | None = None,
) -> TransferOut:
    """Register what was handed over, under a number of your commission's. `clue_id` of the answer is that clue."""
    wanted = body or ReceiveIn()
    resources = resources_of(request)
    tree = await resources.directory.require({"/receiving_unit": wanted.receiving_unit})
    async with open_uow(request, caller) as uow:
        transfer = await receiving.receive(uow, viewer, tree, resources.own, transfer_id, wanted, if_match)
        answer_resource(response, uow, f"/v1/clue-transfers/{transfer_id}", transfer.version)
        return service.describe(viewer, transfer)


@router.post("/{transfer_id}/return")
async def return_clue_transfer(
    transfer_id: UUID,
    response: Response,
    _caller: Office,
    viewer: ViewerDep,
    uow: UowDep,
    body: ReturnTransferIn,
    if_match: IfMatch,
) -> TransferOut:
    """Send it back: your commission is not competent. Possible until its handling has begun."""
    transfer = await receiving.send_back(uow, viewer, transfer_id, body.reason, if_match)
    answer_resource(response, uow, f"/v1/clue-transfers/{transfer_id}", transfer.version)
    return service.describe(viewer, transfer)


@router.post("/{transfer_id}/record-result")
async def record_clue_transfer_result(
    transfer_id: UUID,
    response: Response,
    _caller: Annotated[Principal, require("case_supervisor")],
    viewer: ViewerDep,
    uow: UowDep,
    body: RecordTransferResultIn,
    if_match: IfMatch,
) -> TransferOut:
    """What a body outside the platform reported back."""
    transfer = await service.record_result(uow, viewer, transfer_id, body, if_match)
    answer_resource(response, uow, f"/v1/clue-transfers/{transfer_id}", transfer.version)
    return service.describe(viewer, transfer)
