"""Cooperation zones over HTTP."""

from typing import Annotated

from chassis.identity import Principal
from chassis.service import resources_of
from chassis.web import Caller, IfMatch, UowDep, check_version, open_uow, require, set_etag
from fastapi import APIRouter, Request, Response

from inspection_service.cooperation_zones import service
from inspection_service.cooperation_zones.schemas import PutZoneIn, ZoneOut, ZonesOut
from inspection_service.involvements.policy import LEADER_ROLES, OFFICE_ROLES
from inspection_service.involvements.routes import TreeDep
from inspection_service.rounds.schemas import UnitCode

router = APIRouter(tags=["cooperation zones"])


@router.put("/v1/cooperation-zones/{code}", responses={201: {"model": ZoneOut}})
async def put_zone(
    code: UnitCode,
    request: Request,
    response: Response,
    caller: Annotated[Principal, require(*sorted(OFFICE_ROLES | LEADER_ROLES))],
    _own: TreeDep,
    if_match: IfMatch,
    body: PutZoneIn,
) -> ZoneOut:
    """Make or change a zone. A unit belongs to one active zone at a time."""
    tree = await resources_of(request).directory.require(
        {f"/unit_codes/{index}": unit for index, unit in enumerate(body.unit_codes)}
    )
    async with open_uow(request, caller) as uow:
        if if_match is not None:
            check_version(if_match, (await service.get_zone(uow, tree, code)).version)
        zone, is_new = await service.put_zone(uow, tree, code, body)
        response.status_code = 201 if is_new else 200
        set_etag(response, zone.version)
        return ZoneOut.model_validate(zone)


@router.get("/v1/cooperation-zones")
async def list_zones(_caller: Caller, tree: TreeDep, uow: UowDep) -> ZonesOut:
    """Zones your line belongs to."""
    return ZonesOut(items=[ZoneOut.model_validate(zone) for zone in await service.list_zones(uow, tree)])


@router.get("/v1/cooperation-zones/{code}")
async def get_zone(code: UnitCode, response: Response, _caller: Caller, tree: TreeDep, uow: UowDep) -> ZoneOut:
    """One zone."""
    zone = await service.get_zone(uow, tree, code)
    set_etag(response, zone.version)
    return ZoneOut.model_validate(zone)
