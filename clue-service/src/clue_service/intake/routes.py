"""Registration over HTTP."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated
from uuid import UUID

from chassis.directory import UnitTree
from chassis.errors import invalid_field
from chassis.identity import Principal
from chassis.logging import get_logger
from chassis.service import resources_of
from chassis.uow import Uow
from chassis.web import answer_resource, open_uow, require
from fastapi import APIRouter, Request, Response

from clue_service.access.policy import Viewer
from clue_service.access.routes import ViewerDep
from clue_service.candidates.models import Candidate
from clue_service.clues import service as clues
from clue_service.clues.schemas import ClueOut
from clue_service.intake import service
from clue_service.intake.engine import Engine
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
    # As the engine from the first statement on: what is stored for matching, and what it meets, is not the caller's.
    engine_caller = replace(caller, is_internal=True)
    async with open_uow(request, engine_caller) as uow:
        clue, is_new = await service.register_clue(uow, viewer, tree, engine, resources.keys, registration)
        answer_resource(response, uow, f"/v1/clues/{clue.id}", clue.version, created=is_new)
    matched: Sequence[Candidate] | None = None
    if is_new:
        # Committed before the answer is read: an intake that overlaps holds the lock of matters until then.
        try:
            async with resources.transactions(engine_caller, request.state.cause) as uow:
                matched = await service.match_clue(uow, tree, engine, clue.id, registration.prepared)
        except Exception as error:
            log.warning("matching_postponed", clue_id=str(clue.id), exc_info=error)
    else:
        response.status_code = 200
    async with resources.transactions(caller, request.state.cause) as uow:
        return await _describe(uow, Answer(viewer, tree, clue.id), matched)


@dataclass(frozen=True)
class Answer:
    """Which clue is answered to whom."""

    viewer: Viewer
    tree: UnitTree
    clue_id: UUID


async def _describe(uow: Uow, answer: Answer, matched: Sequence[Candidate] | None = None) -> ClueOut:
    """The clue, as PostgreSQL shows it to the caller."""
    present = await clues.visible_clue(uow, answer.viewer, answer.clue_id)
    described = await clues.describe_clue(uow, answer.viewer, answer.tree, present, matched)
    blind = sum(1 for one in described.candidates if one.blind)
    await uow.audit("read_candidates", "clue", answer.clue_id, detail={"blind": blind})
    return described
