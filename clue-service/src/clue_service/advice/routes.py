"""Advice over HTTP."""

from typing import Annotated

from chassis.identity import Principal
from chassis.service import resources_of
from chassis.web import answer_resource, open_uow, require
from fastapi import APIRouter, Request, Response

from clue_service.access.routes import TreeDep, ViewerDep
from clue_service.advice import domain, service
from clue_service.advice.schemas import BODIES, AdviceOut, DraftAdviceIn
from clue_service.proceedings.domain import WORKERS
from clue_service.proceedings.move_routes import Offer, add_routes, desk_of

router = APIRouter(tags=["supervisory advice"])
PATH = "/v1/advice"


@router.post(PATH, status_code=201)
async def draft_advice(
    body: DraftAdviceIn,
    request: Request,
    response: Response,
    caller: Annotated[Principal, require(*sorted(WORKERS))],
    viewer: ViewerDep,
    _tree: TreeDep,
) -> AdviceOut:
    """Draft a letter that requires a unit to put a problem right; a leader approves it before it is served."""
    tree = await resources_of(request).directory.require({"/addressed_unit": body.addressed_unit})
    async with open_uow(request, caller) as uow:
        desk = desk_of(request, uow, viewer, tree)
        letter = await service.draft_advice(desk, body)
        answer_resource(response, uow, f"{PATH}/{letter.id}", letter.version, created=True)
        return (await service.describe_advice(desk, [letter]))[0]


add_routes(
    router,
    Offer(
        path=PATH,
        noun=domain.ITEM,
        plural="letters_of_advice",
        states=domain.AdviceState,
        moves=domain.MOVES,
        bodies=BODIES,
        answer=AdviceOut,
        act=service.MACHINE.act,
        get=service.visible_advice,
        list=service.LEDGER.list,
        is_by_clue=True,
        describe=service.describe_advice,
    ),
)
