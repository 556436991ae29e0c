"""Supervised handling over HTTP."""

from typing import Annotated

from chassis.identity import Principal
from chassis.service import resources_of
from chassis.web import answer_resource, open_uow, require
from fastapi import APIRouter, Request, Response

from clue_service.access.routes import TreeDep, ViewerDep
from clue_service.proceedings.domain import WORKERS
from clue_service.proceedings.move_routes import Offer, add_routes, desk_of
from clue_service.supervised_handlings import domain, service
from clue_service.supervised_handlings.schemas import BODIES, OrderOut, ProposeOrderIn

router = APIRouter(tags=["supervised handling"])
PATH = "/v1/supervised-handlings"


@router.post(PATH, status_code=201)
async def propose_supervised_handling(
    body: ProposeOrderIn,
    request: Request,
    response: Response,
    caller: Annotated[Principal, require(*sorted(WORKERS))],
    viewer: ViewerDep,
    _tree: TreeDep,
) -> OrderOut:
    """Propose to press a unit for a result; a leader approves it before it is issued."""
    tree = await resources_of(request).directory.require({"/target_unit": body.target_unit})
    async with open_uow(request, caller) as uow:
        desk = desk_of(request, uow, viewer, tree)
        order = await service.propose_order(desk, body)
        answer_resource(response, uow, f"{PATH}/{order.id}", order.version, created=True)
        return (await service.describe_orders(desk, [order]))[0]


add_routes(
    router,
    Offer(
        path=PATH,
        noun=domain.ITEM,
        states=domain.OrderState,
        moves=domain.MOVES,
        bodies=BODIES,
        answer=OrderOut,
        act=service.MACHINE.act,
        get=service.visible_order,
        list=service.LEDGER.list,
        is_by_clue=True,
        describe=service.describe_orders,
    ),
)
