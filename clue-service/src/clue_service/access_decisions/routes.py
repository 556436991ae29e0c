"""Access decisions over HTTP."""

from uuid import UUID

from chassis.web import Caller, UowDep
from fastapi import APIRouter

from clue_service.access.routes import ViewerDep
from clue_service.access_decisions import service
from clue_service.access_decisions.schemas import AccessOut

router = APIRouter(tags=["clues"])


@router.get("/v1/clues/{clue_id}/access")
async def explain_access(clue_id: UUID, _caller: Caller, viewer: ViewerDep, uow: UowDep) -> AccessOut:
    """Why you may see a clue, which parts, until when, and what you may do. A clue you may not see is not found."""
    return await service.explain_access(uow, viewer, clue_id)
