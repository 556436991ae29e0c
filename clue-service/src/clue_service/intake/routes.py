"""Registration over HTTP."""

import asyncio
from dataclasses import dataclass, replace
from functools import partial
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
from clue_service.clues import describing
from clue_service.clues import service as clues
from clue_service.clues.describing import Told
from clue_service.clues.schemas import ClueOut
from clue_service.intake import service
from clue_service.intake.engine import Engine
from clue_service.intake.proposals import Proposed
from clue_service.intake.schemas import RegisterClueIn

router = APIRouter(tags=["clues"])

_LONG_LETTER = 1_000
"""Characters; what is shorter is prepared in a millisecond or two, which a thread of its own would not shorten."""

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
    check = partial(service.check_registration, body, viewer, tree, engine, resources.keys)
    # A long letter takes the normaliser up to a second: not on the event loop.
    is_long = sum(len(one.text) for one in body.allegations) > _LONG_LETTER
    registration = await asyncio.to_thread(check) if is_long else check()
    # As the engine from the first statement on: what is stored for matching, and what it meets, is not the caller's.
    engine_caller = replace(caller, is_internal=True)
    async with open_uow(request, engine_caller) as uow:
        taken = await service.register_clue(uow, viewer, tree, engine, resources.keys, registration)
        is_new, answer = taken.told is not None, Answer(viewer, tree, taken.clue.id)
        answer_resource(response, uow, f"/v1/clues/{taken.clue.id}", taken.clue.version, created=is_new)
    if taken.told is None:
        response.status_code = 200
    else:
        try:
            async with engine.turns, resources.transactions(engine_caller, request.state.cause) as uow:
                found = await service.match_clue(uow, tree, engine, taken.clue.id, registration.prepared)
                if found is not None:
                    return await _describe_matched(uow, answer, taken.told, found)
        except Exception as error:
            log.warning("matching_postponed", clue_id=str(taken.clue.id), exc_info=error)
    async with resources.transactions(caller, request.state.cause) as uow:
        return await _describe(uow, answer)


@dataclass(frozen=True)
class Answer:
    """Which clue is answered to whom."""

    viewer: Viewer
    tree: UnitTree
    clue_id: UUID


async def _describe(uow: Uow, answer: Answer) -> ClueOut:
    """The clue, as PostgreSQL shows it to the caller."""
    present = await clues.visible_clue(uow, answer.viewer, answer.clue_id)
    return await _noted(uow, answer, await describing.describe_clue(uow, answer.viewer, answer.tree, present))


async def _describe_matched(uow: Uow, answer: Answer, told: Told, found: Proposed) -> ClueOut:
    """The clue, as it was just stored."""
    described = await describing.describe_matched(
        uow, answer.viewer, answer.tree, told, found.pairs, is_withheld=found.is_withheld
    )
    return await _noted(uow, answer, described)


async def _noted(uow: Uow, answer: Answer, described: ClueOut) -> ClueOut:
    blind = sum(1 for one in described.candidates if one.blind)
    await uow.audit("read_candidates", "clue", answer.clue_id, detail={"blind": blind})
    return described
