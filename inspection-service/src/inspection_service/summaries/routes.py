"""A round in figures over HTTP."""

from uuid import UUID

from chassis.web import Caller, UowDep
from fastapi import APIRouter

from inspection_service.involvements.routes import TreeDep
from inspection_service.involvements.service import viewer_of
from inspection_service.summaries import service
from inspection_service.summaries.schemas import SummaryOut

router = APIRouter(tags=["rounds"])


@router.get("/v1/rounds/{round_id}/summary")
async def get_round_summary(round_id: UUID, _caller: Caller, tree: TreeDep, uow: UowDep) -> SummaryOut:
    """Days, findings by severity and state, and the clues that came of them."""
    return await service.summarise_round(uow, await viewer_of(uow, tree), round_id)
