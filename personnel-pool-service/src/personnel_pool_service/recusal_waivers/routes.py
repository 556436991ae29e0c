"""Waivers over HTTP."""

from typing import Annotated, Any, Literal
from uuid import UUID

from chassis.identity import Principal
from chassis.pagination import DEFAULT_LIMIT, MAX_LIMIT, Page
from chassis.uow import Uow
from chassis.web import UowDep, answer_resource, require, set_etag
from fastapi import APIRouter, Query, Request, Response

from personnel_pool_service.cursors import cursor_of_id, id_of_cursor
from personnel_pool_service.move_routes import register_moves
from personnel_pool_service.recusal_waivers import service
from personnel_pool_service.recusal_waivers.domain import MOVES, PROPOSERS, READERS
from personnel_pool_service.recusal_waivers.schemas import WaiverIn, WaiverMoveIn, WaiverOut

router = APIRouter(tags=["recusals"])

_PATH = "/v1/recusal-waivers"


@router.post(_PATH, status_code=201)
async def propose_waiver(
    body: WaiverIn, response: Response, uow: UowDep, _caller: Annotated[Principal, require(*PROPOSERS)]
) -> WaiverOut:
    """Propose that a ground be let pass. A leader grants it."""
    row = await service.propose(uow, body.cadre_id, body.unit_code, body.code, body.reason, body.valid_to)
    answer_resource(response, uow, f"{_PATH}/{row.id}", row.version, created=True)
    return WaiverOut.model_validate(row)


@router.get(_PATH)
async def list_waivers(
    uow: UowDep,
    _caller: Annotated[Principal, require(*READERS)],
    cadre_id: UUID | None = None,
    status: Literal["proposed", "granted", "refused", "revoked"] | None = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
) -> Page[WaiverOut]:
    """Waivers by id."""
    rows = await service.list_waivers(uow, cadre_id=cadre_id, status=status, after=id_of_cursor(cursor), limit=limit)
    items = [WaiverOut.model_validate(row) for row in rows[:limit]]
    return Page(items=items, next_cursor=cursor_of_id(items[-1].id, more=len(rows) > limit) if items else None)


@router.get(f"{_PATH}/{{item_id}}")
async def get_waiver(
    item_id: UUID, response: Response, uow: UowDep, _caller: Annotated[Principal, require(*READERS)]
) -> WaiverOut:
    """One waiver."""
    row = await service.get_waiver(uow, item_id)
    set_etag(response, row.version)
    return WaiverOut.model_validate(row)


async def _act(
    _request: Request, uow: Uow, _caller: Principal, item_id: UUID, verb: str, _body: Any, seen: int | None
) -> WaiverOut:
    return WaiverOut.model_validate(await service.move_waiver(uow, item_id, verb, seen))


register_moves(
    router,
    MOVES,
    path=_PATH,
    noun="recusal_waiver",
    answers=WaiverOut,
    bodies={move.verb: WaiverMoveIn for move in MOVES},
    act=_act,
)
