"""Unsealings over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from chassis.identity import Principal
from chassis.service import resources_of
from chassis.uow import Uow
from chassis.web import UowDep, answer_resource, open_uow, require, set_etag
from fastapi import APIRouter, Request, Response

from personnel_pool_service.move_routes import register_moves
from personnel_pool_service.recusal_unsealings import service
from personnel_pool_service.recusal_unsealings.domain import APPROVERS, ASKERS, MOVES
from personnel_pool_service.recusal_unsealings.schemas import (
    GroundOut,
    GroundsOut,
    UnsealingIn,
    UnsealingMoveIn,
    UnsealingOut,
)
from personnel_pool_service.recusals import checking
from personnel_pool_service.recusals.checking import Question
from personnel_pool_service.settings import PoolSettings

router = APIRouter(tags=["recusals"])

_PATH = "/v1/recusal-unsealings"


@router.post(_PATH, status_code=201)
async def request_unsealing(
    body: UnsealingIn,
    request: Request,
    response: Response,
    uow: UowDep,
    _caller: Annotated[Principal, require(*ASKERS)],
) -> UnsealingOut:
    """Ask to read why somebody is recused. A principal leader has to agree; then these two may read."""
    row = await service.request_unsealing(
        uow,
        resources_of(request).keys,
        cadre_id=body.cadre_id,
        unit_code=body.unit_code,
        role=body.role,
        reason=body.reason,
    )
    answer_resource(response, uow, f"{_PATH}/{row.id}", row.version, created=True)
    return UnsealingOut.model_validate(row)


@router.get(f"{_PATH}/{{item_id}}")
async def get_unsealing(
    item_id: UUID, response: Response, uow: UowDep, _caller: Annotated[Principal, require(*ASKERS, *APPROVERS)]
) -> UnsealingOut:
    """One unsealing, for who asked and for those who may approve."""
    row = await service.get_unsealing(uow, item_id)
    set_etag(response, row.version)
    return UnsealingOut.model_validate(row)


@router.post(f"{_PATH}/{{item_id}}/grounds")
async def read_grounds(
    item_id: UUID, request: Request, caller: Annotated[Principal, require(*ASKERS, *APPROVERS)]
) -> GroundsOut:
    """The kinds of grounds, for the two people and in time. Every reading is logged; a POST, for it must not repeat."""
    resources = resources_of(request)
    async with open_uow(request, caller) as uow:
        row = await service.require_readable(uow, item_id)
    question = Question(cadre_ids=(row.cadre_id,), units={"/unit_code": row.unit_code}, role=row.role)
    grounds = await checking.explain(resources, caller, request.state.cause, question)
    return GroundsOut(
        items=[GroundOut.model_validate({"ground": name, "verdict": rank.name.lower()}) for name, rank in grounds]
    )


async def _act(
    request: Request, uow: Uow, _caller: Principal, item_id: UUID, verb: str, _body: Any, seen: int | None
) -> UnsealingOut:
    own: PoolSettings = resources_of(request).own
    row = await service.move_unsealing(uow, item_id, verb, own.recusal_unsealing_minutes, seen)
    return UnsealingOut.model_validate(row)


register_moves(
    router,
    MOVES,
    path=_PATH,
    noun="recusal_unsealing",
    answers=UnsealingOut,
    bodies={move.verb: UnsealingMoveIn for move in MOVES},
    act=_act,
)
