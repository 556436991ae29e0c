"""Runs as long work: one resource to look at, to listen to and to stop, under the address of all operations.

Its last part says what kind of work it is, so that the gateway knows whose it is.
"""

from typing import Annotated
from uuid import UUID

from chassis.identity import Principal
from chassis.problems import language_of
from chassis.web import UowDep, answer_resource, require, set_etag
from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from inspection_service.assembly_runs import service
from inspection_service.assembly_runs.descriptions import describe_operation, describe_run
from inspection_service.assembly_runs.question_routes import EVENT_STREAM, stream_progress
from inspection_service.assembly_runs.schemas import CancelRunIn, RunOperationOut
from inspection_service.involvements.policy import LEADER_ROLES, OFFICE_ROLES
from inspection_service.involvements.routes import TreeDep
from inspection_service.involvements.service import recused_targets, viewer_of

router = APIRouter(tags=["assembly runs"])
_PATH = "/v1/operations/assembly-run:{run_id}"
_READERS = sorted(OFFICE_ROLES | LEADER_ROLES | {"service"})


def operation_path(run_id: UUID) -> str:
    """Where the work on a run is looked at."""
    return _PATH.format(run_id=run_id)


@router.get(_PATH)
async def get_run_operation(
    run_id: UUID,
    request: Request,
    response: Response,
    _caller: Annotated[Principal, require(*_READERS)],
    tree: TreeDep,
    uow: UowDep,
) -> RunOperationOut:
    """How far a run has come: `queued` and `running` go on, every other status is final; then `result` or `problem`."""
    viewer = await viewer_of(uow, tree)
    run = await service.visible_run(uow, viewer, run_id)
    set_etag(response, run.version)
    hidden = await recused_targets(uow, viewer, run.round_id)
    proposal = await service.proposal_of(uow, run_id)
    return describe_operation(describe_run(run, proposal, hidden=hidden, language=language_of(request.headers)))


@router.get(f"{_PATH}/events", response_class=StreamingResponse, responses=EVENT_STREAM)
async def stream_run_operation(
    run_id: UUID, request: Request, caller: Annotated[Principal, require(*_READERS)], tree: TreeDep
) -> StreamingResponse:
    """The same live, as server-sent events; as the run's own `progress`."""
    return await stream_progress(run_id, request, caller, tree)


@router.post(f"{_PATH}/cancel")
async def cancel_run_operation(
    run_id: UUID,
    request: Request,
    response: Response,
    _caller: Annotated[Principal, require(*sorted(OFFICE_ROLES))],
    tree: TreeDep,
    uow: UowDep,
    body: CancelRunIn | None = None,
) -> RunOperationOut:
    """Stop the work, as the run's own `cancel`."""
    run = await service.cancel_run(uow, await viewer_of(uow, tree), run_id, keep_best=bool(body and body.keep_best))
    answer_resource(response, uow, operation_path(run.id), run.version)
    return describe_operation(describe_run(run, None, hidden=set(), language=language_of(request.headers)))
