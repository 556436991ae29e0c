"""Requests for protection over HTTP."""

from typing import Annotated
from uuid import UUID

from chassis.identity import Principal
from chassis.web import Caller, answer_resource, require
from fastapi import APIRouter, Response

from clue_service.proceedings.move_routes import DeskDep, Offer, add_routes
from clue_service.protection_requests import domain, service
from clue_service.protection_requests.domain import REQUESTERS
from clue_service.protection_requests.schemas import (
    BODIES,
    ProtectionContentOut,
    ProtectionRequestOut,
    RequestProtectionIn,
)

router = APIRouter(tags=["requests for protection"])
PATH = "/v1/protection-requests"


@router.post(PATH, status_code=201)
async def request_protection(
    body: RequestProtectionIn,
    response: Response,
    _caller: Annotated[Principal, require(*sorted(REQUESTERS))],
    desk: DeskDep,
) -> ProtectionRequestOut:
    """Record that a reporter, a relative or a witness asks to be protected; a leader of the commission decides."""
    item = await service.request_protection(desk, body)
    answer_resource(response, desk.uow, f"{PATH}/{item.id}", item.version, created=True)
    return (await service.describe_requests(desk, [item]))[0]


add_routes(
    router,
    Offer(
        path=PATH,
        noun=domain.ITEM,
        states=domain.ProtectionState,
        moves=domain.MOVES,
        bodies=BODIES,
        answer=ProtectionRequestOut,
        act=service.MACHINE.act,
        get=service.LEDGER.get,
        list=service.LEDGER.list,
        is_by_clue=True,
        describe=service.describe_requests,
    ),
)


@router.get(f"{PATH}/{{item_id}}/content")
async def get_protection_content(
    item_id: UUID, response: Response, _caller: Caller, desk: DeskDep
) -> ProtectionContentOut:
    """What was told, for whoever recorded it and who decides. Each opening is written down."""
    response.headers["Cache-Control"] = "no-store"
    return await service.open_content(desk, item_id)
