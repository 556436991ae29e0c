"""Clocks of a clue over HTTP."""

from typing import Annotated
from uuid import UUID

from chassis.identity import Principal
from chassis.web import Caller, answer_resource, require
from fastapi import APIRouter, Response

from clue_service.clue_clocks import domain, service
from clue_service.clue_clocks.domain import STARTERS
from clue_service.clue_clocks.schemas import BODIES, ClueClockOut, ClueClocks, StartClueClockIn
from clue_service.proceedings.move_routes import DeskDep, Offer, add_routes

router = APIRouter(tags=["clocks of clues"])
PATH = "/v1/clue-clocks"


@router.post(PATH, status_code=201)
async def start_clue_clock(
    body: StartClueClockIn,
    response: Response,
    _caller: Annotated[Principal, require(*sorted(STARTERS))],
    desk: DeskDep,
) -> ClueClockOut:
    """Record that a subject received an inquiry letter: the written reply is awaited from that day on."""
    clock = await service.start_reply(desk, body)
    answer_resource(response, desk.uow, f"{PATH}/{clock.id}", clock.version, created=True)
    return (await service.describe_clocks(desk, [clock]))[0]


add_routes(
    router,
    Offer(
        path=PATH,
        noun=domain.ITEM,
        states=domain.ClockState,
        moves=domain.MOVES,
        bodies=BODIES,
        answer=ClueClockOut,
        act=service.MACHINE.act,
        get=service.LEDGER.get,
        list=service.LEDGER.list,
        is_by_clue=True,
        describe=service.describe_clocks,
    ),
)


@router.get("/v1/clues/{clue_id}/clocks")
async def list_clocks(clue_id: UUID, _caller: Caller, desk: DeskDep) -> ClueClocks:
    """The clocks of a clue: what its state owes, then what is awaited besides as far as you have a part in it."""
    return ClueClocks(items=await service.list_clocks(desk, clue_id))
