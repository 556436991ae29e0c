"""Findings of false accusation over HTTP."""

from typing import Annotated

from chassis.identity import Principal
from chassis.web import answer_resource, require
from fastapi import APIRouter, Response

from clue_service.accusation_findings import domain, service
from clue_service.accusation_findings.domain import PROPOSERS
from clue_service.accusation_findings.schemas import BODIES, FindingOut, ProposeFindingIn
from clue_service.proceedings.move_routes import DeskDep, Offer, add_routes

router = APIRouter(tags=["findings of false accusation"])
PATH = "/v1/accusation-findings"


@router.post(PATH, status_code=201)
async def propose_accusation_finding(
    body: ProposeFindingIn,
    response: Response,
    _caller: Annotated[Principal, require(*sorted(PROPOSERS))],
    desk: DeskDep,
) -> FindingOut:
    """Propose to find that a report which proved untrue was fabricated to harm; a city or above decides."""
    item = await service.propose_finding(desk, body)
    answer_resource(response, desk.uow, f"{PATH}/{item.id}", item.version, created=True)
    return (await service.describe_findings(desk, [item]))[0]


add_routes(
    router,
    Offer(
        path=PATH,
        noun=domain.ITEM,
        states=domain.FindingState,
        moves=domain.MOVES,
        bodies=BODIES,
        answer=FindingOut,
        act=service.MACHINE.act,
        get=service.LEDGER.get,
        list=service.LEDGER.list,
        is_by_clue=True,
        describe=service.describe_findings,
    ),
)
