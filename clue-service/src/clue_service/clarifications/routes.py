"""Clarifications over HTTP."""

from typing import Annotated

from chassis.identity import Principal
from chassis.web import answer_resource, require
from fastapi import APIRouter, Response

from clue_service.clarifications import domain, service
from clue_service.clarifications.schemas import BODIES, AssessIn, ClarificationOut
from clue_service.proceedings.domain import WORKERS
from clue_service.proceedings.move_routes import DeskDep, Offer, add_routes

router = APIRouter(tags=["clarifications"])
PATH = "/v1/clarifications"


@router.post(PATH, status_code=201)
async def assess_clarification(
    body: AssessIn,
    response: Response,
    _caller: Annotated[Principal, require(*sorted(WORKERS))],
    desk: DeskDep,
) -> ClarificationOut:
    """Draw up how an untrue report that did harm is set right; a principal leader approves it."""
    item = await service.assess(desk, body)
    answer_resource(response, desk.uow, f"{PATH}/{item.id}", item.version, created=True)
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
        is_by_clue=True,
        describe=service.describe_clarifications,
    ),
)
