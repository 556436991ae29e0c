"""Asking about runs over HTTP: why not somebody, and how far a run is, live."""

from typing import Annotated, Any
from uuid import UUID

from chassis.identity import Principal
from chassis.problems import language_of
from chassis.service import resources_of
from chassis.web import open_uow, require
from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse

from inspection_service.assembly.problem import Role
from inspection_service.assembly_runs import explanations, live, service
from inspection_service.assembly_runs.schemas import WhyNotIn, WhyNotOut
from inspection_service.involvements.policy import LEADER_ROLES, OFFICE_ROLES
from inspection_service.involvements.routes import TreeDep
from inspection_service.involvements.service import recused_targets, viewer_of
from inspection_service.resources import own_of
from inspection_service.rounds.schemas import UnitCode

router = APIRouter(tags=["assembly runs"])
_ASKERS = sorted(OFFICE_ROLES | LEADER_ROLES)
_READERS = sorted(OFFICE_ROLES | LEADER_ROLES | {"service"})
_PATIENCE_S = 8.0
"""Seconds the price may take: the gateway waits ten for an answer. Reasons take well under one."""
EVENT_STREAM: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}},
}


@router.post("/v1/assembly-runs/{run_id}/why-not")
async def ask_why_not(
    run_id: UUID, body: WhyNotIn, request: Request, caller: Annotated[Principal, require(*_ASKERS)], tree: TreeDep
) -> WhyNotOut:
    """Why a cadre does not sit in a team: the rule that bars them, or the price of insisting on them.

    A personal ground is answered as `personal_ground` to everybody.
    """
    return await _answer(run_id, body, request, caller, tree)


@router.get("/v1/assembly-runs/{run_id}/why-not")
async def read_why_not(
    run_id: UUID,
    request: Request,
    caller: Annotated[Principal, require(*_ASKERS)],
    tree: TreeDep,
    cadre_id: Annotated[UUID, Query()],
    unit_code: Annotated[UnitCode, Query()],
    role: Annotated[Role | None, Query()] = None,
) -> WhyNotOut:
    """As the POST; nothing is stored by either."""
    return await _answer(run_id, WhyNotIn(cadre_id=cadre_id, unit_code=unit_code, role=role), request, caller, tree)


async def _answer(run_id: UUID, body: WhyNotIn, request: Request, caller: Principal, tree: TreeDep) -> WhyNotOut:
    async with open_uow(request, caller) as uow:
        viewer = await viewer_of(uow, tree)
        run, proposal, document, question = await explanations.ask_why_not(uow, viewer, run_id, body)
        hidden = await recused_targets(uow, viewer, run.round_id)
    answer = await own_of(resources_of(request)).explainer.explain_absence(document, question, time_limit=_PATIENCE_S)
    return explanations.describe_why_not(run, proposal, body, answer, language_of(request.headers), hidden)


@router.get("/v1/assembly-runs/{run_id}/progress", response_class=StreamingResponse, responses=EVENT_STREAM)
async def stream_progress(
    run_id: UUID, request: Request, caller: Annotated[Principal, require(*_READERS)], tree: TreeDep
) -> StreamingResponse:
    """How far a run is, as server-sent events: ``progress`` whenever something changed, ``finished`` at the end.

    Each carries status, stage, seconds, objective, bound and gap as JSON. Opening the stream anew begins with the
    present state, so nothing is lost by a break.
    """
    resources = resources_of(request)
    async with resources.transactions(caller, request.state.cause) as uow:
        viewer = await viewer_of(uow, tree)
        await service.visible_run(uow, viewer, run_id)
    return StreamingResponse(
        live.stream_progress(resources, caller, tree, run_id),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"},
    )
