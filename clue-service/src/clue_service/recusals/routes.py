"""Recusals over HTTP."""

from uuid import UUID

from chassis.web import Caller, IfMatch, UowDep, answer_resource
from fastapi import APIRouter, Response

from clue_service.access.routes import ViewerDep
from clue_service.recusals import service
from clue_service.recusals.schemas import LiftRecusalIn, RecordRecusalIn, RecusalList, RecusalOut

router = APIRouter(tags=["recusals"])


@router.post("/v1/clues/{clue_id}/recusals", status_code=201)
async def record_recusal(
    clue_id: UUID, body: RecordRecusalIn, response: Response, _caller: Caller, viewer: ViewerDep, uow: UowDep
) -> RecusalOut:
    """Keep somebody from a clue and every clue of its matters: lists, searches, counts, alerts, exports and notices.

    You may declare yourself recused; the commission's office and leaders recuse others. The reason is not stored.
    """
    recusal = await service.record_recusal(uow, viewer, clue_id, body)
    answer_resource(response, uow, f"/v1/clues/{clue_id}/recusals", recusal.version, created=True)
    return RecusalOut.model_validate(recusal)


@router.get("/v1/clues/{clue_id}/recusals")
async def list_recusals(clue_id: UUID, _caller: Caller, viewer: ViewerDep, uow: UowDep) -> RecusalList:
    """Who is or was recused from a clue; for the commission's office and leaders."""
    found = await service.list_recusals(uow, viewer, clue_id)
    return RecusalList(items=[RecusalOut.model_validate(one) for one in found])


@router.post("/v1/recusals/{recusal_id}/lift")
async def lift_recusal(
    recusal_id: UUID,
    _body: LiftRecusalIn,
    response: Response,
    _caller: Caller,
    viewer: ViewerDep,
    uow: UowDep,
    if_match: IfMatch,
) -> RecusalOut:
    """End a recusal: by a leader of the commission who neither recorded it nor is concerned."""
    recusal = await service.lift_recusal(uow, viewer, recusal_id, if_match)
    answer_resource(response, uow, f"/v1/clues/{recusal.clue_id}/recusals", recusal.version)
    return RecusalOut.model_validate(recusal)
