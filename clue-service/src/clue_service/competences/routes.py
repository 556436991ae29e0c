"""Competence over HTTP."""

from typing import Annotated
from uuid import UUID

from chassis.identity import Principal
from chassis.service import resources_of
from chassis.web import Caller, IfMatch, answer_resource, open_uow, require, set_etag
from fastapi import APIRouter, Request, Response

from clue_service.access.routes import TreeDep, ViewerDep
from clue_service.clients.pool import who_manages
from clue_service.clues import describing
from clue_service.clues.schemas import ClueOut
from clue_service.competences import service
from clue_service.competences.schemas import CompetenceOut, DecideCompetenceIn

router = APIRouter(tags=["competence"])


@router.get("/v1/clues/{clue_id}/competence")
async def get_competence(
    clue_id: UUID, request: Request, response: Response, caller: Caller, viewer: ViewerDep, tree: TreeDep
) -> CompetenceOut:
    """Which commission is competent by the authority over the subjects, and which moves lead there: a suggestion."""
    async with open_uow(request, caller) as uow:
        clue, asked, subjects = await service.questions_about(uow, viewer, clue_id)
        cause = uow.cause
    found = await who_manages(resources_of(request).peers, asked, cause)
    set_etag(response, clue.version)
    return service.describe(tree, clue, found, subjects)


@router.post("/v1/clues/{clue_id}/decide-competence")
async def decide_competence(
    clue_id: UUID,
    body: DecideCompetenceIn,
    request: Request,
    response: Response,
    caller: Annotated[Principal, require("case_supervisor")],
    viewer: ViewerDep,
    _tree: TreeDep,
    if_match: IfMatch,
) -> ClueOut:
    """Say which commission is competent. From then on moves that lead elsewhere are refused, with what is allowed."""
    tree = await resources_of(request).directory.require(body.unit_pointers())
    async with open_uow(request, caller) as uow:
        clue = await service.decide_competence(uow, viewer, tree, clue_id, body, if_match)
        answer_resource(response, uow, f"/v1/clues/{clue.id}", clue.version)
        return await describing.describe_clue(uow, viewer, tree, clue)
