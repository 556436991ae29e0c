"""Deletions of clues over HTTP."""

from typing import Annotated

from chassis.identity import Principal
from chassis.web import answer_resource, require
from fastapi import APIRouter, Response

from clue_service.clue_deletions import domain, service
from clue_service.clue_deletions.domain import ASKERS
from clue_service.clue_deletions.schemas import BODIES, DeletionOut, RequestDeletionIn
from clue_service.proceedings.move_routes import DeskDep, Offer, add_routes

router = APIRouter(tags=["deletions of clues"])
PATH = "/v1/clue-deletions"


@router.post(PATH, status_code=201)
async def request_clue_deletion(
    body: RequestDeletionIn,
    response: Response,
    _caller: Annotated[Principal, require(*sorted(ASKERS))],
    desk: DeskDep,
) -> DeletionOut:
    """Ask for a clue's content to be deleted, its retention being over; a principal leader who did not ask decides."""
    item = await service.request_deletion(desk, body)
    answer_resource(response, desk.uow, f"{PATH}/{item.id}", item.version, created=True)
    return (await service.describe_deletions(desk, [item]))[0]


add_routes(
    router,
    Offer(
        path=PATH,
        noun=domain.ITEM,
        states=domain.DeletionState,
        moves=domain.MOVES,
        bodies=BODIES,
        answer=DeletionOut,
        act=service.MACHINE.act,
        get=service.LEDGER.get,
        list=service.LEDGER.list,
        is_by_clue=True,
        describe=service.describe_deletions,
    ),
)
