"""Look-back rounds over HTTP."""

from typing import Annotated
from uuid import UUID

from chassis.identity import Principal
from chassis.web import UowDep, answer_resource, require
from fastapi import APIRouter, Response

from inspection_service.involvements.policy import LEADER_ROLES, OFFICE_ROLES
from inspection_service.involvements.routes import TreeDep
from inspection_service.involvements.service import viewer_of
from inspection_service.look_backs import service
from inspection_service.look_backs.schemas import LookAtItemIn, LookBackItemsOut, PlanLookBackIn
from inspection_service.rounds.schemas import RoundOut
from inspection_service.rounds.service import describe_rounds

router = APIRouter(tags=["look-backs"])
_OFFICE = sorted(OFFICE_ROLES)
_READERS = sorted({*OFFICE_ROLES, *LEADER_ROLES, "inspector"})


@router.post("/v1/rounds/{round_id}/look-backs", status_code=201)
async def plan_look_back(
    round_id: UUID,
    response: Response,
    _caller: Annotated[Principal, require(*_OFFICE)],
    tree: TreeDep,
    uow: UowDep,
    body: PlanLookBackIn,
) -> RoundOut:
    """Plan a look-back round on every unit of this round that still owes something."""
    viewer = await viewer_of(uow, tree)
    planned = await service.plan_look_back(uow, viewer, tree, round_id, body)
    answer_resource(response, uow, f"/v1/rounds/{planned.id}", planned.version, created=True)
    return (await describe_rounds(uow, viewer, [planned]))[0]


@router.get("/v1/rounds/{round_id}/look-back-items")
async def list_look_back_items(
    round_id: UUID, _caller: Annotated[Principal, require(*_READERS)], tree: TreeDep, uow: UowDep
) -> LookBackItemsOut:
    """What a look-back round looks at again, by unit."""
    return LookBackItemsOut(items=await service.list_look_back_items(uow, await viewer_of(uow, tree), round_id))


@router.post("/v1/rounds/{round_id}/look-back-items/{item_id}/look-at")
async def look_at_item(
    round_id: UUID,
    item_id: UUID,
    response: Response,
    _caller: Annotated[Principal, require(*_OFFICE, "inspector")],
    tree: TreeDep,
    uow: UowDep,
    body: LookAtItemIn,
) -> LookBackItemsOut:
    """Write down what was found when it was looked at again."""
    items = await service.look_at_item(uow, await viewer_of(uow, tree), tree, round_id, item_id, body)
    answer_resource(response, uow, f"/v1/rounds/{round_id}/look-back-items", 1)
    return LookBackItemsOut(items=items)
