"""Replacement plans over HTTP."""

from typing import Annotated
from uuid import UUID

from chassis.http import PeerFailed
from chassis.identity import Principal
from chassis.pagination import Page
from chassis.problems import language_of
from chassis.service import resources_of
from chassis.web import IfMatch, UowDep, answer_resource, check_version, open_uow, require, set_etag
from fastapi import APIRouter, Body, Request, Response

from inspection_service.adoptions.errors import AdoptionPending
from inspection_service.involvements.policy import LEADER_ROLES, OFFICE_ROLES
from inspection_service.involvements.routes import TreeDep
from inspection_service.involvements.service import viewer_of
from inspection_service.replacement_plans import jobs, service
from inspection_service.replacement_plans.domain import EMPTY_SEAT
from inspection_service.replacement_plans.schemas import (
    AuthoriseOptionIn,
    CarryOutIn,
    DismissIn,
    PlanOut,
    PlanReplacementIn,
)

router = APIRouter(tags=["replacement plans"])
_READERS = sorted(OFFICE_ROLES | LEADER_ROLES | {"service"})


@router.post("/v1/teams/{team_id}/replacement-plans", status_code=201)
async def plan_replacement(
    team_id: UUID,
    body: PlanReplacementIn,
    request: Request,
    response: Response,
    caller: Annotated[Principal, require(*sorted(OFFICE_ROLES))],
    tree: TreeDep,
) -> PlanOut:
    """Who could take the seats of those who drop out, and empty ones, least change first; nothing changes yet."""
    out = sorted(set(body.cadre_ids))
    async with open_uow(request, caller) as uow:
        team = await service.visible_team(uow, await viewer_of(uow, tree), team_id)
        vacancy = await service.vacancy_of(uow, team, body.cadre_ids)
    found = await jobs.find_replacements(resources_of(request), vacancy, out, body.most)
    cause = body.cause if out else EMPTY_SEAT
    async with open_uow(request, caller) as uow:
        plan = await service.store_plan(uow, team, out, cause, found)
        answer_resource(response, uow, f"/v1/replacement-plans/{plan.id}", plan.version, created=True)
        return service.describe_plan(plan, language_of(request.headers))


@router.get("/v1/teams/{team_id}/replacement-plans")
async def list_replacement_plans(
    team_id: UUID, request: Request, _caller: Annotated[Principal, require(*_READERS)], tree: TreeDep, uow: UowDep
) -> Page[PlanOut]:
    """All plans of a team, newest first; those a home unit's refusal led to among them."""
    found = await service.list_plans(uow, await viewer_of(uow, tree), team_id)
    return Page(items=[service.describe_plan(plan, language_of(request.headers)) for plan in found])


@router.get("/v1/replacement-plans/{plan_id}")
async def get_replacement_plan(
    plan_id: UUID,
    request: Request,
    response: Response,
    _caller: Annotated[Principal, require(*_READERS)],
    tree: TreeDep,
    uow: UowDep,
) -> PlanOut:
    """One plan."""
    plan, _ = await service.visible_plan(uow, await viewer_of(uow, tree), plan_id)
    set_etag(response, plan.version)
    return service.describe_plan(plan, language_of(request.headers))


@router.post("/v1/replacement-plans/{plan_id}/carry-out")
async def carry_out_replacement(
    plan_id: UUID,
    request: Request,
    response: Response,
    caller: Annotated[Principal, require(*sorted(OFFICE_ROLES))],
    tree: TreeDep,
    if_match: IfMatch,
    body: Annotated[CarryOutIn | None, Body()] = None,
) -> PlanOut:
    """Take one option: the pool frees the seat and asks the new home unit. A refusal leaves the seat open.

    The decision is recorded first; where the pool does not answer (503 `adoption_pending`) it goes on by itself.
    """
    async with open_uow(request, caller) as uow:
        viewer = await viewer_of(uow, tree)
        seen, _ = await service.visible_plan(uow, viewer, plan_id)
        check_version(if_match, seen.version)
        await service.begin_carrying_out(uow, viewer, plan_id, body or CarryOutIn())
    try:
        await jobs.carry_out(resources_of(request), plan_id)
    except PeerFailed as error:
        raise AdoptionPending(headers={"Retry-After": "2"}) from error
    async with open_uow(request, caller) as uow:
        plan, _ = await service.visible_plan(uow, await viewer_of(uow, tree), plan_id)
        answer_resource(response, uow, f"/v1/replacement-plans/{plan.id}", plan.version)
        return service.describe_plan(plan, language_of(request.headers))


@router.post("/v1/replacement-plans/{plan_id}/authorise")
async def authorise_replacement(
    plan_id: UUID,
    request: Request,
    response: Response,
    _caller: Annotated[Principal, require(*sorted(LEADER_ROLES))],
    tree: TreeDep,
    uow: UowDep,
    if_match: IfMatch,
    body: Annotated[AuthoriseOptionIn | None, Body()] = None,
) -> PlanOut:
    """Agree that one option exchanges chiefs whom the team's authorisation names; it is amended when that is done."""
    viewer = await viewer_of(uow, tree)
    check_version(if_match, (await service.visible_plan(uow, viewer, plan_id))[0].version)
    plan = await service.authorise_option(uow, viewer, plan_id, (body or AuthoriseOptionIn(option=1)).option)
    answer_resource(response, uow, f"/v1/replacement-plans/{plan.id}", plan.version)
    return service.describe_plan(plan, language_of(request.headers))


@router.post("/v1/replacement-plans/{plan_id}/dismiss")
async def dismiss_replacement(
    plan_id: UUID,
    request: Request,
    response: Response,
    _caller: Annotated[Principal, require(*sorted(OFFICE_ROLES))],
    tree: TreeDep,
    uow: UowDep,
    if_match: IfMatch,
    _body: Annotated[DismissIn | None, Body()] = None,
) -> PlanOut:
    """Decide against a plan."""
    viewer = await viewer_of(uow, tree)
    check_version(if_match, (await service.visible_plan(uow, viewer, plan_id))[0].version)
    plan = await service.dismiss_plan(uow, viewer, plan_id)
    answer_resource(response, uow, f"/v1/replacement-plans/{plan.id}", plan.version)
    return service.describe_plan(plan, language_of(request.headers))
