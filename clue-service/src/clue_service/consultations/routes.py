"""Consultations over HTTP."""

from typing import Annotated
from uuid import UUID

from chassis.identity import Principal
from chassis.pagination import DEFAULT_LIMIT, MAX_LIMIT, Page, encode_cursor, id_of_cursor
from chassis.service import resources_of
from chassis.web import Caller, IfMatch, UowDep, answer_resource, open_uow, require, set_etag
from fastapi import APIRouter, Query, Request, Response

from clue_service.access.routes import TreeDep, ViewerDep
from clue_service.consultations import domain, moving, reading, referrals, service
from clue_service.consultations.domain import ActionState
from clue_service.consultations.schemas import (
    BODIES,
    ActionOut,
    ConsultationOut,
    ConveneIn,
    ReferDifficultyIn,
    ReferredOut,
    SettleActionIn,
)
from clue_service.proceedings.domain import WORKERS
from clue_service.proceedings.move_routes import Offer, Reading, add_routes, desk_of

router = APIRouter(tags=["consultations"])
PATH = "/v1/consultations"
TASKS = "/v1/consultation-actions"
Worker = Annotated[Principal, require(*sorted(WORKERS))]


@router.post(PATH, status_code=201)
async def convene_consultation(
    body: ConveneIn, request: Request, response: Response, caller: Worker, viewer: ViewerDep, _tree: TreeDep
) -> ConsultationOut:
    """Draw up a consultation; a leader approves it before anybody is invited. You bring only clues you may see."""
    tree = await resources_of(request).directory.require(body.unit_pointers())
    async with open_uow(request, caller) as uow:
        desk = desk_of(request, uow, viewer, tree)
        item = await service.convene_consultation(desk, body)
        answer_resource(response, uow, f"{PATH}/{item.id}", item.version, created=True)
        return (await reading.describe(desk, [item]))[0]


@router.post("/v1/consultation-referrals", status_code=201)
async def refer_difficulty(
    body: ReferDifficultyIn, request: Request, response: Response, caller: Annotated[Principal, require("service")]
) -> ReferredOut:
    """For inspection-service only, acting for somebody: a difficulty convenes one consultation (again: 200)."""
    tree = await resources_of(request).directory.require(body.unit_pointers())
    async with open_uow(request, caller) as uow:
        item, is_new = await referrals.convene_for_difficulty(uow, tree, body)
        answer_resource(response, uow, f"{PATH}/{item.id}", item.version, created=is_new)
        response.status_code = 201 if is_new else 200
        return ReferredOut.model_validate(item)


add_routes(
    router,
    Offer(
        path=PATH,
        noun=domain.ITEM,
        states=domain.ConsultationState,
        moves=domain.MOVES,
        bodies=BODIES,
        answer=ConsultationOut,
        act=moving.act,
        get=reading.visible_consultation,
        list=service.LEDGER.list,
        is_by_clue=True,
        describe=reading.describe,
    ),
)


@router.get(TASKS)
async def list_consultation_actions(
    request: Request,
    _caller: Caller,
    viewer: ViewerDep,
    tree: TreeDep,
    uow: UowDep,
    state: ActionState | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> Page[ActionOut]:
    """Tasks that consultations gave your unit, newest first."""
    desk = desk_of(request, uow, viewer, tree)
    found = await service.list_tasks(desk, Reading(state, id_of_cursor(cursor), limit + 1))
    page = found[:limit]
    await uow.audit("list", "consultation_action", "-", detail={"items": [str(one.id) for one in page]})
    return Page(
        items=[ActionOut.model_validate(one) for one in page],
        next_cursor=encode_cursor(str(page[-1].id)) if len(found) > limit else None,
    )


@router.get(f"{TASKS}/{{action_id}}")
async def get_consultation_action(
    action_id: UUID,
    request: Request,
    response: Response,
    _caller: Caller,
    viewer: ViewerDep,
    tree: TreeDep,
    uow: UowDep,
) -> ActionOut:
    """One task; for its owner, and for those who take part in the consultation."""
    _, action = await service.visible_task(desk_of(request, uow, viewer, tree), action_id)
    await uow.audit("read", "consultation_action", action.id)
    set_etag(response, action.version)
    return ActionOut.model_validate(action)


@router.post(f"{TASKS}/{{action_id}}/complete")
async def complete_consultation_action(
    action_id: UUID,
    body: SettleActionIn,
    request: Request,
    response: Response,
    _caller: Worker,
    viewer: ViewerDep,
    tree: TreeDep,
    uow: UowDep,
    if_match: IfMatch,
) -> ActionOut:
    """Say what was done; by the unit the task was given to."""
    action = await service.complete_task(desk_of(request, uow, viewer, tree), action_id, body, if_match)
    answer_resource(response, uow, f"{TASKS}/{action.id}", action.version)
    return ActionOut.model_validate(action)


@router.post(f"{TASKS}/{{action_id}}/withdraw")
async def withdraw_consultation_action(
    action_id: UUID,
    body: SettleActionIn,
    request: Request,
    response: Response,
    _caller: Worker,
    viewer: ViewerDep,
    tree: TreeDep,
    uow: UowDep,
    if_match: IfMatch,
) -> ActionOut:
    """Say why nothing is to be done any more; by the convener."""
    action = await service.withdraw_task(desk_of(request, uow, viewer, tree), action_id, body, if_match)
    answer_resource(response, uow, f"{TASKS}/{action.id}", action.version)
    return ActionOut.model_validate(action)
