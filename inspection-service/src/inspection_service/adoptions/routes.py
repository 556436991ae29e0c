"""Adopting a run over HTTP."""

from typing import Annotated
from uuid import UUID

from chassis.http import PeerFailed
from chassis.identity import Principal
from chassis.logging import get_logger
from chassis.service import resources_of
from chassis.web import UowDep, answer_resource, open_uow, require, set_etag
from fastapi import APIRouter, Body, Request, Response

from inspection_service.adoptions import service
from inspection_service.adoptions.domain import AdoptionState
from inspection_service.adoptions.errors import AdoptionInProgress, AdoptionPending
from inspection_service.adoptions.jobs import undo_if_refused
from inspection_service.adoptions.schemas import AdoptIn, AdoptionOut
from inspection_service.involvements.policy import LEADER_ROLES, OFFICE_ROLES
from inspection_service.involvements.routes import TreeDep
from inspection_service.involvements.service import viewer_of
from inspection_service.resources import own_of

router = APIRouter(tags=["assembly runs"])
log = get_logger(__name__)


@router.post("/v1/assembly-runs/{run_id}/adopt")
async def adopt_run(
    run_id: UUID,
    request: Request,
    response: Response,
    caller: Annotated[Principal, require(*sorted(OFFICE_ROLES))],
    tree: TreeDep,
    body: Annotated[AdoptIn | None, Body()] = None,
) -> AdoptionOut:
    """Make the proposed teams, and reserve all their members at the talent pool, or none.

    The decision is recorded first and carried out for certain: if the pool does not answer (503 `adoption_pending`)
    it goes on in the background, and repeating the call waits for the same teams. A refusal of the pool
    (`double_booked`, `home_unit_quota`) undoes everything.
    """
    resources = resources_of(request)
    async with open_uow(request, caller) as uow:
        reason = body.override_reason if body else None
        adoption = await service.begin_adoption(uow, await viewer_of(uow, tree), run_id, reason)
        period = await service.period_of(uow, adoption)
    reservations = []
    if adoption.state == AdoptionState.RESERVING:
        reservations = await service.reserve_teams(own_of(resources).pool, adoption, period)
    async with open_uow(request, caller) as uow:
        if reservations:
            adoption = await service.settle_adoption(uow, adoption.id, reservations)
        if adoption.state == AdoptionState.ADOPTED:
            answer_resource(response, uow, f"/v1/assembly-runs/{run_id}/adoption", adoption.version)
            return await service.describe_adoption(uow, adoption)
    if adoption.state == AdoptionState.RESERVING:
        raise AdoptionPending(headers={"Retry-After": "2"})
    try:
        await undo_if_refused(resources, adoption, period)
    except PeerFailed as error:
        log.warning("withdrawal_postponed", exc_info=error)  # its job carries on
    raise next((one.refusal for one in reservations if one.refusal is not None), AdoptionInProgress())


@router.get("/v1/assembly-runs/{run_id}/adoption")
async def get_adoption(
    run_id: UUID,
    response: Response,
    _caller: Annotated[Principal, require(*sorted(OFFICE_ROLES | LEADER_ROLES | {"service"}))],
    tree: TreeDep,
    uow: UowDep,
) -> AdoptionOut:
    """How far the adoption of a run is, and its teams."""
    adoption = await service.adoption_of_run(uow, await viewer_of(uow, tree), run_id)
    set_etag(response, adoption.version)
    return await service.describe_adoption(uow, adoption)
