"""Rounds over HTTP."""

from typing import Annotated
from uuid import UUID

from chassis.identity import Principal
from chassis.pagination import DEFAULT_LIMIT, MAX_LIMIT, Page, encode_cursor
from chassis.service import resources_of
from chassis.web import Caller, IfMatch, UowDep, answer_resource, check_version, open_uow, require, set_etag
from fastapi import APIRouter, Body, Query, Request, Response

from inspection_service.involvements.routes import TreeDep, id_of_cursor
from inspection_service.involvements.service import viewer_of
from inspection_service.rounds import domain, service
from inspection_service.rounds.schemas import InspectionType, MoveRoundIn, PlanRoundIn, RoundOut, UnitCode

router = APIRouter(tags=["rounds"])


@router.post("/v1/rounds", status_code=201)
async def plan_round(
    request: Request,
    response: Response,
    caller: Annotated[Principal, require("inspection_office")],
    _known: TreeDep,
    body: PlanRoundIn,
) -> RoundOut:
    """Plan a round; with `past`, record one that is over, as history for continuity."""
    codes = {f"/targets/{index}/unit_code": target.unit_code for index, target in enumerate(body.targets)}
    for index, team in enumerate(body.past.teams if body.past else ()):
        codes[f"/past/teams/{index}/unit_code"] = team.unit_code
    tree = await resources_of(request).directory.require(codes)
    async with open_uow(request, caller) as uow:
        planned = await service.plan_round(uow, tree, body)
        answer_resource(response, uow, f"/v1/rounds/{planned.id}", planned.version, created=True)
        return (await service.describe_rounds(uow, await viewer_of(uow, tree), [planned]))[0]


@router.get("/v1/rounds")
async def list_rounds(
    _caller: Caller,
    tree: TreeDep,
    uow: UowDep,
    state: Annotated[domain.RoundState | None, Query()] = None,
    type: Annotated[InspectionType | None, Query()] = None,  # noqa: A002 - the field's name in the API
    unit_code: Annotated[UnitCode | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[RoundOut]:
    """Rounds you may see, newest first."""
    viewer = await viewer_of(uow, tree)
    found = await service.list_rounds(
        uow,
        viewer,
        state=state,
        round_type=type,
        unit_code=unit_code,
        before=id_of_cursor(cursor),
        limit=limit + 1,
    )
    page = found[:limit]
    return Page(
        items=await service.describe_rounds(uow, viewer, page),
        next_cursor=encode_cursor(str(page[-1].id)) if len(found) > limit else None,
    )


@router.get("/v1/rounds/{round_id}")
async def get_round(round_id: UUID, response: Response, _caller: Caller, tree: TreeDep, uow: UowDep) -> RoundOut:
    """One round."""
    viewer = await viewer_of(uow, tree)
    found = await service.visible_round(uow, viewer, round_id)
    set_etag(response, found.version)
    return (await service.describe_rounds(uow, viewer, [found]))[0]


def _add_move(verb: str, note: str, roles: frozenset[str]) -> None:
    async def move_round(
        round_id: UUID,
        response: Response,
        _caller: Annotated[Principal, require(*sorted(roles))],
        tree: TreeDep,
        uow: UowDep,
        if_match: IfMatch,
        _body: Annotated[MoveRoundIn | None, Body()] = None,
    ) -> RoundOut:
        viewer = await viewer_of(uow, tree)
        check_version(if_match, (await service.visible_round(uow, viewer, round_id)).version)
        moved = await service.move_round(uow, viewer, round_id, verb)
        answer_resource(response, uow, f"/v1/rounds/{round_id}", moved.version)
        return (await service.describe_rounds(uow, viewer, [moved]))[0]

    move_round.__doc__ = f"Move a round: {note}."
    name = f"{verb.replace('-', '_')}_round"
    router.add_api_route(f"/v1/rounds/{{round_id}}/{verb}", move_round, methods=["POST"], name=name)


for _move in domain.MOVES:
    _add_move(_move.verb, _move.note, _move.roles)
