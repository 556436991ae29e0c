"""Registration over HTTP."""

import asyncio
from dataclasses import replace
from typing import Annotated
from uuid import UUID

from chassis.directory import UnitTree
from chassis.errors import invalid_field
from chassis.identity import Principal
from chassis.logging import get_logger
from chassis.service import Resources, resources_of
from chassis.uow import Cause
from chassis.web import answer_resource, open_uow, require
from fastapi import APIRouter, Request, Response

from clue_service.access.routes import ViewerDep
from clue_service.clues import service as clues
from clue_service.clues.schemas import ClueOut
from clue_service.intake import service
from clue_service.intake.engine import Engine
from clue_service.intake.rows import Registration
from clue_service.intake.schemas import RegisterClueIn

router = APIRouter(tags=["clues"])

log = get_logger(__name__)


@router.post(
    "/v1/clues",
    status_code=201,
    responses={200: {"model": ClueOut, "description": "The `origin_ref` is known: its clue"}},
)
async def register_clue(
    request: Request,
    response: Response,
    caller: Annotated[Principal, require("intake_officer", "case_supervisor", "service")],
    viewer: ViewerDep,
    body: RegisterClueIn,
) -> ClueOut:
    """Take a clue in. It is stored with its number before candidates are looked for."""
    resources = resources_of(request)
    engine: Engine = resources.own
    codes = {f"/subjects/{n}/unit_code": subject.unit_code for n, subject in enumerate(body.subjects)}
    codes["/receiving_unit"] = body.receiving_unit or caller.unit
    tree = await resources.directory.require(codes)
    if body.received_on > resources.clock.today():
        raise invalid_field("/received_on", "in_the_future", "收到日期不得晚于今天", "Must not lie in the future")
    # A long letter takes the normaliser up to a second: not on the event loop.
    registration = await asyncio.to_thread(service.check_registration, body, viewer, tree, engine, resources.keys)
    async with open_uow(request, caller) as uow:
        clue, is_new = await service.register_clue(uow, viewer, tree, engine, resources.keys, registration)
        answer_resource(response, uow, f"/v1/clues/{clue.id}", clue.version, created=is_new)
    if is_new:
        await _match(resources, caller, request.state.cause, tree, clue.id, registration)
    else:
        response.status_code = 200
    async with resources.transactions(caller, request.state.cause) as uow:
        present = await clues.visible_clue(uow, viewer, clue.id)
        described = await clues.describe_clue(uow, viewer, tree, present)
        blind = sum(1 for one in described.candidates if one.blind)
        await uow.audit("read_candidates", "clue", clue.id, detail={"blind": blind})
        return described


async def _match(
    resources: Resources, caller: Principal, cause: Cause, tree: UnitTree, clue_id: UUID, registration: Registration
) -> None:
    try:
        # As the engine from the first statement on: matching meets clues that the caller may not see.
        async with resources.transactions(replace(caller, is_internal=True), cause) as uow:
            await service.match_clue(uow, tree, resources.own, clue_id, registration.prepared)
    except Exception as error:
        log.warning("matching_postponed", clue_id=str(clue_id), exc_info=error)
