"""Verdicts over HTTP."""

from typing import Annotated
from uuid import UUID

from chassis.identity import Principal
from chassis.web import IfMatch, UowDep, answer_resource, require, set_etag
from fastapi import APIRouter, Response

from clue_service.access.policy import OFFICE_ROLES
from clue_service.access.routes import ViewerDep
from clue_service.candidates import service as candidates
from clue_service.verdicts import service
from clue_service.verdicts.schemas import CandidateDetail, DecideIn, UndoIn

router = APIRouter(prefix="/v1/candidates", tags=["candidates"])
Office = Annotated[Principal, require(*sorted(OFFICE_ROLES))]


@router.get("/{candidate_id}")
async def get_candidate(
    candidate_id: UUID, response: Response, _caller: Office, viewer: ViewerDep, uow: UowDep
) -> CandidateDetail:
    """A pair of clues, both of which you may see."""
    pair = await candidates.visible_pair(uow, viewer, candidate_id)
    await uow.audit("read", "candidate", pair.id)
    set_etag(response, pair.version)
    return await service.describe(uow, viewer, pair)


@router.post("/{candidate_id}/decide")
async def decide_candidate(
    candidate_id: UUID,
    body: DecideIn,
    response: Response,
    _caller: Office,
    viewer: ViewerDep,
    uow: UowDep,
    if_match: IfMatch,
) -> CandidateDetail:
    """Say whether two clues report one matter. Moves no clue."""
    pair = await service.decide(uow, viewer, candidate_id, body, if_match)
    answer_resource(response, uow, f"/v1/candidates/{candidate_id}", pair.version)
    return await service.describe(uow, viewer, pair)


@router.post("/{candidate_id}/undo")
async def undo_candidate(
    candidate_id: UUID,
    body: UndoIn,
    response: Response,
    _caller: Office,
    viewer: ViewerDep,
    uow: UowDep,
    if_match: IfMatch,
) -> CandidateDetail:
    """Take a verdict back: what it joined falls apart, and what people did since is listed."""
    pair = await service.undo(uow, viewer, candidate_id, body.reason, if_match)
    answer_resource(response, uow, f"/v1/candidates/{candidate_id}", pair.version)
    return await service.describe(uow, viewer, pair)
