"""Records of interference over HTTP."""

from typing import Annotated
from uuid import UUID

from chassis.identity import Principal
from chassis.web import Caller, answer_resource, require
from fastapi import APIRouter, Response

from clue_service.interference_records import domain, service
from clue_service.interference_records.domain import RECORDERS
from clue_service.interference_records.schemas import (
    BODIES,
    InterferenceContentOut,
    InterferenceRecordOut,
    RecordInterferenceIn,
)
from clue_service.proceedings.move_routes import DeskDep, Offer, add_routes

router = APIRouter(tags=["records of interference"])
PATH = "/v1/interference-records"


@router.post(PATH, status_code=201)
async def record_interference(
    body: RecordInterferenceIn,
    response: Response,
    _caller: Annotated[Principal, require(*sorted(RECORDERS))],
    desk: DeskDep,
) -> InterferenceRecordOut:
    """Record that somebody asked about a clue, spoke for somebody or stepped in. No record is withdrawn."""
    item = await service.record_interference(desk, body)
    answer_resource(response, desk.uow, f"{PATH}/{item.id}", item.version, created=True)
    return (await service.describe_records(desk, [item]))[0]


add_routes(
    router,
    Offer(
        path=PATH,
        noun=domain.ITEM,
        states=domain.RecordState,
        moves=domain.MOVES,
        bodies=BODIES,
        answer=InterferenceRecordOut,
        act=service.MACHINE.act,
        get=service.LEDGER.get,
        list=service.LEDGER.list,
        is_by_clue=True,
        describe=service.describe_records,
    ),
)


@router.get(f"{PATH}/{{item_id}}/content")
async def get_interference_content(
    item_id: UUID, response: Response, _caller: Caller, desk: DeskDep
) -> InterferenceContentOut:
    """Who interfered and what was said, for whoever recorded it and who reviews it. Each opening is written down."""
    response.headers["Cache-Control"] = "no-store"
    return await service.open_content(desk, item_id)
