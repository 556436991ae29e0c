"""Who may not share a team, for the service that mans teams. The gateway never shows this."""

from chassis.pagination import Page
from chassis.service import resources_of
from chassis.web import UowDep, require
from fastapi import APIRouter, Request

from personnel_pool_service.team_separations import service
from personnel_pool_service.team_separations.schemas import TeamSeparationOut

router = APIRouter(tags=["recusals"])


@router.get("/v1/team-separations", dependencies=[require("service")])
async def list_team_separations(request: Request, uow: UowDep) -> Page[TeamSeparationOut]:
    """Pairs of pool members who may not share a team, all at once. Services only."""
    resources = resources_of(request)
    found = await service.list_separations(uow, resources.keys, await resources.directory.tree(fresh=True))
    return Page(items=[TeamSeparationOut(cadre_ids=pair) for pair in found])
