"""Jurisdiction objections over HTTP."""

from typing import Annotated

from chassis.identity import Principal
from chassis.service import resources_of
from chassis.web import answer_resource, open_uow, require
from fastapi import APIRouter, Request, Response

from clue_service.access.policy import LEADERS
from clue_service.access.routes import TreeDep, ViewerDep
from clue_service.jurisdiction_objections import domain, service
from clue_service.jurisdiction_objections.schemas import BODIES, ObjectionOut, RaiseObjectionIn
from clue_service.proceedings.move_routes import Offer, add_routes, desk_of

router = APIRouter(tags=["jurisdiction objections"])
PATH = "/v1/jurisdiction-objections"


@router.post(PATH, status_code=201)
async def raise_jurisdiction_objection(
    body: RaiseObjectionIn,
    request: Request,
    response: Response,
    caller: Annotated[Principal, require("case_supervisor", *LEADERS)],
    viewer: ViewerDep,
    _tree: TreeDep,
) -> ObjectionOut:
    """Object, within five working days, to what your commission was handed: it holds not to be competent."""
    tree = await resources_of(request).directory.require({"/proposed_unit": body.proposed_unit})
    async with open_uow(request, caller) as uow:
        desk = desk_of(request, uow, viewer, tree)
        item = await service.raise_objection(desk, body)
        answer_resource(response, uow, f"{PATH}/{item.id}", item.version, created=True)
        return (await service.describe_objections(desk, [item]))[0]


add_routes(
    router,
    Offer(
        path=PATH,
        noun=domain.ITEM,
        states=domain.ObjectionState,
        moves=domain.MOVES,
        bodies=BODIES,
        answer=ObjectionOut,
        act=service.MACHINE.act,
        get=service.LEDGER.get,
        list=service.LEDGER.list,
        describe=service.describe_objections,
    ),
)
