"""Directed support over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from chassis.errors import invalid_field
from chassis.identity import Principal
from chassis.pagination import DEFAULT_LIMIT, MAX_LIMIT, Page
from chassis.service import resources_of
from chassis.uow import Uow
from chassis.web import RequestModel, UowDep, answer_resource, require, set_etag
from fastapi import APIRouter, Query, Request, Response

from personnel_pool_service.cadres.policy import units_below
from personnel_pool_service.cursors import cursor_of_id, id_of_cursor
from personnel_pool_service.directed_supports import service
from personnel_pool_service.directed_supports.domain import COORDINATORS, MOVES, REQUESTERS, Kind
from personnel_pool_service.directed_supports.schemas import (
    CompleteIn,
    DirectedSupportIn,
    DirectedSupportOut,
    EvaluateIn,
    MatchIn,
    MoveIn,
    RejectIn,
    out_of,
)
from personnel_pool_service.directed_supports.service import Difficulty, Step
from personnel_pool_service.move_routes import register_moves
from personnel_pool_service.support_requests.service import require_own
from personnel_pool_service.vocabulary import Role

router = APIRouter(tags=["directed support"])

_PATH = "/v1/directed-supports"
_READ_ALL = ("org_department", "pool_manager", "service")

Reader = Annotated[Principal, require(*REQUESTERS, *COORDINATORS)]


@router.post(_PATH, status_code=201)
async def request_directed_support(
    body: DirectedSupportIn,
    request: Request,
    response: Response,
    uow: UowDep,
    caller: Annotated[Principal, require(*REQUESTERS)],
) -> DirectedSupportOut:
    """A unit in difficulty asks for help of one of seven kinds."""
    unit = body.requesting_unit or caller.unit
    if unit is None:
        raise invalid_field("/requesting_unit", "missing", "须指明申请单位", "Say which unit asks")
    require_own(await _units(request, caller), unit)
    difficulty = Difficulty(
        kind=body.kind,
        text=body.difficulty,
        scope=body.scope,
        requesting_unit=unit,
        period=body.period.to_domain(),
        demands=[one.model_dump(mode="json") for one in body.demands],
        linked_ref=body.linked_ref,
    )
    view = await service.request_support(uow, difficulty)
    answer_resource(response, uow, f"{_PATH}/{view.row.id}", view.row.version, created=True)
    return out_of(view)


@router.get(_PATH)
async def list_directed_supports(
    request: Request,
    uow: UowDep,
    caller: Reader,
    kind: Kind | None = None,
    status: Annotated[Role | None, Query()] = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
) -> Page[DirectedSupportOut]:
    """Directed support by id; units see what they asked for and what they give."""
    views, more = await service.list_supports(
        uow,
        units=await _units(request, caller),
        kind=kind.value if kind else None,
        status=status,
        after=id_of_cursor(cursor),
        limit=limit,
    )
    items = [out_of(view) for view in views]
    return Page(items=items, next_cursor=cursor_of_id(items[-1].id, more=more) if items else None)


@router.get(f"{_PATH}/{{item_id}}")
async def get_directed_support(
    item_id: UUID, request: Request, response: Response, uow: UowDep, caller: Reader
) -> DirectedSupportOut:
    """One piece of directed support."""
    view = await service.get_support(uow, item_id, await _units(request, caller))
    set_etag(response, view.row.version)
    return out_of(view)


async def _act(
    request: Request, uow: Uow, caller: Principal, item_id: UUID, verb: str, body: Any, seen: int | None
) -> DirectedSupportOut:
    said = body.model_dump(mode="json")
    view = await service.move_support(uow, item_id, Step(verb, **said), units=await _units(request, caller), seen=seen)
    return out_of(view)


_BODIES: dict[str, type[RequestModel]] = {
    **{move.verb: MoveIn for move in MOVES},
    "reject": RejectIn,
    "match": MatchIn,
    "complete": CompleteIn,
    "evaluate": EvaluateIn,
}

register_moves(router, MOVES, path=_PATH, noun="directed_support", answers=DirectedSupportOut, bodies=_BODIES, act=_act)


async def _units(request: Request, caller: Principal) -> frozenset[str] | None:
    """The units whose support the caller sees; None is all."""
    if caller.has_any(*_READ_ALL):
        return None
    return units_below(caller, await resources_of(request).directory.tree(fresh=True))
