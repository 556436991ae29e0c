"""Supervision matters over HTTP: every move of the table is a route."""

from typing import Annotated, Any
from uuid import UUID

from chassis.identity import Principal
from chassis.pagination import DEFAULT_LIMIT, MAX_LIMIT, Page, encode_cursor
from chassis.service import resources_of
from chassis.web import (
    Caller,
    IfMatch,
    RequestModel,
    UowDep,
    answer_resource,
    check_version,
    open_uow,
    require,
    set_etag,
)
from fastapi import APIRouter, Body, Query, Request, Response

from inspection_service.involvements.routes import TreeDep, id_of_cursor
from inspection_service.involvements.service import viewer_of
from inspection_service.rounds.schemas import UnitCode
from inspection_service.supervision_matters import domain, schemas, service
from inspection_service.supervision_matters.schemas import MatterOut, ProposeMatterIn
from inspection_service.supervision_matters.service import Deed

router = APIRouter(tags=["supervision matters"])
_PROPOSERS = sorted(domain.HANDLERS)

BODIES: dict[str, type[RequestModel]] = {
    "decide": schemas.DecideIn,
    "assign-task": schemas.TaskIn,
    "start": schemas.StartIn,
    "discuss": schemas.DiscussIn,
    "report": schemas.ProgressIn,
    "raise-difficulty": schemas.DifficultyIn,
    "evaluate": schemas.EvaluateIn,
    "close": schemas.CloseIn,
    "rectify": schemas.RectifyIn,
    "carry-over": schemas.CarryOverIn,
    "reopen": schemas.ReopenIn,
}


@router.post("/v1/supervision-matters", status_code=201)
async def propose_matter(
    body: ProposeMatterIn,
    request: Request,
    response: Response,
    caller: Annotated[Principal, require(*_PROPOSERS)],
    _known: TreeDep,
) -> MatterOut:
    """Draw up a matter for decision. A matter of the same theme and unit closed lately is reopened and linked."""
    codes: dict[str, str | None] = {f"/scope_units/{at}": code for at, code in enumerate(body.scope_units)}
    codes |= {f"/co_units/{at}": code for at, code in enumerate(body.co_units)}
    if body.lead_unit is not None:
        codes["/lead_unit"] = body.lead_unit
    tree = await resources_of(request).directory.require(codes)
    async with open_uow(request, caller) as uow:
        matter = await service.propose_matter(uow, tree, body)
        answer_resource(response, uow, f"/v1/supervision-matters/{matter.id}", matter.version, created=True)
        return (await service.describe_matters(uow, [matter]))[0]


@router.get("/v1/supervision-matters")
async def list_matters(
    _caller: Caller,
    tree: TreeDep,
    uow: UowDep,
    state: Annotated[domain.MatterState | None, Query()] = None,
    unit: Annotated[UnitCode | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[MatterOut]:
    """Matters you own, lead, work on or oversee, newest first."""
    viewer = await viewer_of(uow, tree)
    found = await service.list_matters(
        uow, viewer, state=state, unit=unit, before=id_of_cursor(cursor), limit=limit + 1
    )
    page = found[:limit]
    return Page(
        items=await service.describe_matters(uow, page),
        next_cursor=encode_cursor(str(page[-1].id)) if len(found) > limit else None,
    )


@router.get("/v1/supervision-matters/{matter_id}")
async def get_matter(matter_id: UUID, response: Response, _caller: Caller, tree: TreeDep, uow: UowDep) -> MatterOut:
    """One matter with all that was recorded about it."""
    matter = await service.visible_matter(uow, await viewer_of(uow, tree), matter_id)
    set_etag(response, matter.version)
    return (await service.describe_matters(uow, [matter]))[0]


def _units_in(body: RequestModel) -> dict[str, str | None]:
    named: dict[str, Any] = body.model_dump(include={"lead_unit", "unit", "co_units"})
    codes = {f"/{name}": named[name] for name in ("lead_unit", "unit") if named.get(name)}
    return {**codes, **{f"/co_units/{at}": code for at, code in enumerate(named.get("co_units") or [])}}


def _add_move(verb: str, body_type: type[RequestModel]) -> None:
    move = domain.MOVES[verb]

    async def endpoint(
        matter_id: UUID,
        request: Request,
        response: Response,
        caller: Annotated[Principal, require(*sorted(move.roles))],
        known: TreeDep,
        if_match: IfMatch,
        body: Any,
    ) -> MatterOut:
        codes = _units_in(body)
        tree = await resources_of(request).directory.require(codes) if codes else known
        async with open_uow(request, caller) as uow:
            viewer = await viewer_of(uow, tree)
            if if_match is not None:
                check_version(if_match, (await service.visible_matter(uow, viewer, matter_id)).version)
            matter = await service.act(uow, Deed(viewer, tree, verb, body or body_type()), matter_id)
            answer_resource(response, uow, f"/v1/supervision-matters/{matter_id}", matter.version)
            return (await service.describe_matters(uow, [matter]))[0]

    # FastAPI reads the body's type here: it differs by verb.
    endpoint.__annotations__["body"] = Annotated[body_type, Body()]
    router.add_api_route(
        f"/v1/supervision-matters/{{matter_id}}/{verb}",
        endpoint,
        methods=["POST"],
        name=f"{verb.replace('-', '_')}_matter",
        description=f"From {', '.join(sorted(move.sources))}: {move.note}.",
    )


for _verb, _body_type in BODIES.items():
    _add_move(_verb, _body_type)
