"""Figures of interference and protection over HTTP."""

from datetime import date

from chassis.web import Caller, UowDep
from fastapi import APIRouter

from clue_service.access.routes import ViewerDep
from clue_service.safeguard_figures import service
from clue_service.safeguard_figures.schemas import SafeguardFiguresOut
from clue_service.statistics.routes import AsOf

router = APIRouter(tags=["statistics"])


@router.get("/v1/statistics/safeguards")
async def get_safeguard_figures(
    _caller: Caller, viewer: ViewerDep, uow: UowDep, period_from: date, period_to: date, as_of: AsOf = None
) -> SafeguardFiguresOut:
    """How often people interfered in your commission's clues and reporters asked for protection, by code."""
    return await service.safeguard_figures(uow, viewer, period_from, period_to, as_of)
