"""Clarifications over HTTP."""

from typing import Annotated

from chassis.identity import Principal
from chassis.web import UowDep, answer_resource, require
from fastapi import APIRouter, Request, Response

from clue_service.access.routes import TreeDep, ViewerDep
from clue_service.clarifications import domain, service
from clue_service.clarifications.schemas import BODIES, AssessIn, ClarificationOut
from clue_service.proceedings.domain import WORKERS
from clue_service.proceedings.move_routes import Offer, add_routes, desk_of

router = APIRouter(tags=["clarifications"])
PATH = "/v1/clarifications"


@router.post(PATH, status_code=201)
async def assess_clarification(
    body: AssessIn,
    request: Request,
    response: Response,
    _caller: Annotated[Principal, require(*sorted(WORKERS))],
    viewer: ViewerDep,
    tree: TreeDep,
    uow: UowDep,
) -> ClarificationOut:
    """Draw up how an untrue report that did harm is set right; a principal leader approves it."""
    desk = desk_of(request, uow, viewer, tree)
    item = await service.assess(desk, body)
    answer_resource(response, uow, f"{PATH}/{item.id}", item.version, created=True)
    return (await service.describe_clarifications(desk, [item]))[0]


add_routes(
    router,
    Offer(
        path=PATH,
        noun=domain.ITEM,
        states=domain.ClarificationState,
        moves=domain.MOVES,
        bodies=BODIES,
        answer=ClarificationOut,
        act=service.MACHINE.act,
        get=service.LEDGER.get,
        list=service.LEDGER.list,
        describe=service.describe_clarifications,
    ),
)
