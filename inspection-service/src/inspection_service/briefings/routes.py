"""Briefings before entry over HTTP."""

from typing import Annotated
from uuid import UUID

from chassis.identity import Principal
from chassis.pagination import DEFAULT_LIMIT, MAX_LIMIT, Page, encode_cursor
from chassis.service import resources_of
from chassis.web import Caller, IfMatch, UowDep, answer_resource, check_version, open_uow, require, set_etag
from fastapi import APIRouter, Body, Query, Request, Response

from inspection_service.briefings import domain, service
from inspection_service.briefings.schemas import (
    AcknowledgeBriefingIn,
    AskForBriefingsIn,
    BriefingRequestOut,
    BriefingRequestsOut,
    WithdrawBriefingIn,
)
from inspection_service.involvements.routes import TreeDep, id_of_cursor
from inspection_service.involvements.service import viewer_of

router = APIRouter(tags=["briefings"])


@router.post("/v1/teams/{team_id}/briefing-requests", status_code=201)
async def ask_for_briefings(
    team_id: UUID,
    request: Request,
    response: Response,
    caller: Annotated[Principal, require(*sorted(domain.OFFICE))],
    _known: TreeDep,
    body: Annotated[AskForBriefingsIn | None, Body()] = None,
) -> BriefingRequestsOut:
    """Ask offices what they know of the unit. The team's entry waits for their answers or for a reason."""
    wanted = body or AskForBriefingsIn()
    codes = {f"/from_units/{index}": code for index, code in enumerate(wanted.from_units)}
    tree = await resources_of(request).directory.require(codes)
    async with open_uow(request, caller) as uow:
        viewer = await viewer_of(uow, tree)
        made = await service.ask_for_briefings(uow, viewer, tree, team_id, wanted.from_units, wanted.due_on)
        answer_resource(response, uow, f"/v1/teams/{team_id}/briefing-requests", 1, created=True)
        return BriefingRequestsOut(items=[service.describe_request(one) for one in made])


@router.get("/v1/teams/{team_id}/briefing-requests")
async def list_team_briefings(team_id: UUID, _caller: Caller, tree: TreeDep, uow: UowDep) -> BriefingRequestsOut:
    """Who was asked about a team's unit, and who has answered."""
    found = await service.list_of_team(uow, await viewer_of(uow, tree), team_id)
    return BriefingRequestsOut(items=[service.describe_request(one) for one in found])


@router.get("/v1/briefing-requests")
async def list_briefing_requests(
    _caller: Caller,
    tree: TreeDep,
    uow: UowDep,
    state: Annotated[domain.BriefingState | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[BriefingRequestOut]:
    """Requests you asked for, or your unit is asked; newest first."""
    viewer = await viewer_of(uow, tree)
    found = await service.list_requests(uow, viewer, state=state, before=id_of_cursor(cursor), limit=limit + 1)
    page = found[:limit]
    return Page(
        items=[service.describe_request(one) for one in page],
        next_cursor=encode_cursor(str(page[-1].id)) if len(found) > limit else None,
    )


@router.get("/v1/briefing-requests/{request_id}")
async def get_briefing_request(
    request_id: UUID, response: Response, _caller: Caller, tree: TreeDep, uow: UowDep
) -> BriefingRequestOut:
    """One request."""
    found = await service.visible_request(uow, await viewer_of(uow, tree), request_id)
    set_etag(response, found.version)
    return service.describe_request(found)


@router.post("/v1/briefing-requests/{request_id}/acknowledge")
async def acknowledge_briefing(
    request_id: UUID,
    response: Response,
    _caller: Annotated[Principal, require(*sorted(domain.ANSWERERS))],
    tree: TreeDep,
    uow: UowDep,
    if_match: IfMatch,
    body: AcknowledgeBriefingIn,
) -> BriefingRequestOut:
    """Answer for the office that was asked."""
    viewer = await viewer_of(uow, tree)
    check_version(if_match, (await service.visible_request(uow, viewer, request_id)).version)
    found = await service.acknowledge_briefing(uow, viewer, request_id, body)
    answer_resource(response, uow, f"/v1/briefing-requests/{request_id}", found.version)
    return service.describe_request(found)


@router.post("/v1/briefing-requests/{request_id}/withdraw")
async def withdraw_briefing(
    request_id: UUID,
    response: Response,
    _caller: Annotated[Principal, require(*sorted(domain.OFFICE))],
    tree: TreeDep,
    uow: UowDep,
    if_match: IfMatch,
    _body: Annotated[WithdrawBriefingIn | None, Body()] = None,
) -> BriefingRequestOut:
    """Do not wait for this office any longer."""
    viewer = await viewer_of(uow, tree)
    check_version(if_match, (await service.visible_request(uow, viewer, request_id)).version)
    found = await service.withdraw_briefing(uow, viewer, request_id)
    answer_resource(response, uow, f"/v1/briefing-requests/{request_id}", found.version)
    return service.describe_request(found)
