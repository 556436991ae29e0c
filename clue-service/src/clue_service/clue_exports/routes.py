"""Exports of clues over HTTP."""

from typing import Annotated
from uuid import UUID

from chassis.identity import Principal
from chassis.web import Caller, answer_resource, require
from fastapi import APIRouter, Response

from clue_service.attachments.domain import digest_header, disposition_of
from clue_service.clue_exports import domain, service, sheets
from clue_service.clue_exports.domain import ASKERS, Format
from clue_service.clue_exports.schemas import BODIES, ExportOut, RequestExportIn
from clue_service.proceedings.move_routes import DeskDep, Offer, add_routes

router = APIRouter(tags=["exports of clues"])
PATH = "/v1/clue-exports"


@router.post(PATH, status_code=201)
async def request_clue_export(
    body: RequestExportIn,
    response: Response,
    _caller: Annotated[Principal, require(*sorted(ASKERS))],
    desk: DeskDep,
) -> ExportOut:
    """Ask to take clues of your commission out as a file; a leader of the commission who did not ask decides."""
    item = await service.request_export(desk, body)
    answer_resource(response, desk.uow, f"{PATH}/{item.id}", item.version, created=True)
    return (await service.describe_exports(desk, [item]))[0]


add_routes(
    router,
    Offer(
        path=PATH,
        noun=domain.ITEM,
        states=domain.ExportState,
        moves=domain.MOVES,
        bodies=BODIES,
        answer=ExportOut,
        act=service.MACHINE.act,
        get=service.LEDGER.get,
        list=service.LEDGER.list,
        is_by_clue=True,
        describe=service.describe_exports,
    ),
)


@router.get(
    f"{PATH}/{{item_id}}/file",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}},
)
async def get_clue_export_file(item_id: UUID, _caller: Caller, desk: DeskDep) -> Response:
    """The file, for whoever asked for it, while it lives. Each fetching is written down for every clue in it."""
    item, content = await service.open_file(desk, item_id)
    assert item.digest is not None
    headers = {
        "Content-Disposition": disposition_of(f"clues-{item.id}.{item.format}"),
        "Content-Digest": digest_header(item.digest),
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return Response(content, media_type=sheets.MEDIA_TYPES[Format(item.format)], headers=headers)
