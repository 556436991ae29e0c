"""Duties of every month or quarter over HTTP."""

from typing import Annotated

from chassis.identity import Principal
from chassis.service import resources_of
from chassis.web import answer_resource, open_uow, require
from fastapi import APIRouter, Request, Response

from clue_service.access.routes import ViewerDep
from clue_service.periodic_duties import domain, service
from clue_service.periodic_duties.schemas import BODIES, ArrangeDutyIn, PeriodicDutyOut
from clue_service.proceedings.move_routes import Offer, add_routes, desk_of

router = APIRouter(tags=["duties of every month or quarter"])
PATH = "/v1/periodic-duties"


@router.post(PATH, status_code=201)
async def arrange_periodic_duty(
    body: ArrangeDutyIn,
    request: Request,
    response: Response,
    caller: Annotated[Principal, require(*sorted(domain.SUPERVISORS))],
    viewer: ViewerDep,
) -> PeriodicDutyOut:
    """Let the case office owe results to a petition office each quarter, or a check with an office each month."""
    tree = await resources_of(request).directory.require(body.unit_pointers())
    async with open_uow(request, caller) as uow:
        desk = desk_of(request, uow, viewer, tree)
        duty = await service.arrange(desk, body)
        answer_resource(response, uow, f"{PATH}/{duty.id}", duty.version, created=True)
        return (await service.describe_duties(desk, [duty]))[0]


add_routes(
    router,
    Offer(
        path=PATH,
        noun=domain.ITEM,
        plural="periodic_duties",
        states=domain.DutyState,
        moves=domain.MOVES,
        bodies=BODIES,
        answer=PeriodicDutyOut,
        act=service.MACHINE.act,
        get=service.LEDGER.get,
        list=service.LEDGER.list,
        describe=service.describe_duties,
    ),
)
