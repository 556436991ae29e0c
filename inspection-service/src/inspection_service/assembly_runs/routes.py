"""Assembly runs over HTTP."""

from typing import Annotated
from uuid import UUID

from chassis.identity import Principal
from chassis.pagination import DEFAULT_LIMIT, MAX_LIMIT, Page, encode_cursor
from chassis.problems import language_of
from chassis.web import UowDep, answer_resource, require, set_etag
from fastapi import APIRouter, Query, Request, Response

from inspection_service.assembly_runs import explanations, service
from inspection_service.assembly_runs.descriptions import describe_operation, describe_run
from inspection_service.assembly_runs.operation_routes import operation_path
from inspection_service.assembly_runs.schemas import (
    CancelRunIn,
    DiffOut,
    RunOperationOut,
    RunOut,
    StartRunIn,
    VaryRunIn,
)
from inspection_service.involvements.policy import LEADER_ROLES, OFFICE_ROLES
from inspection_service.involvements.routes import TreeDep, id_of_cursor
from inspection_service.involvements.service import recused_targets, viewer_of

router = APIRouter(tags=["assembly runs"])
_READERS = sorted(OFFICE_ROLES | LEADER_ROLES | {"service"})


@router.post("/v1/rounds/{round_id}/assembly-runs", status_code=202)
async def start_assembly_run(
    round_id: UUID,
    request: Request,
    response: Response,
    _caller: Annotated[Principal, require(*sorted(OFFICE_ROLES))],
    tree: TreeDep,
    uow: UowDep,
    body: StartRunIn | None = None,
) -> RunOperationOut:
    """Ask for teams for every target of the round that has none; follow the operation or poll the run to its end."""
    viewer = await viewer_of(uow, tree)
    run = await service.start_run(uow, viewer, tree, round_id, body or StartRunIn())
    path = operation_path(run.id)
    response.headers["Location"] = path
    set_etag(response, run.version)
    uow.outcome(202, path)
    return describe_operation(describe_run(run, None, hidden=set(), language=language_of(request.headers)))


@router.post("/v1/assembly-runs/{run_id}/variants", status_code=202)
async def vary_assembly_run(
    run_id: UUID,
    body: VaryRunIn,
    request: Request,
    response: Response,
    _caller: Annotated[Principal, require(*sorted(OFFICE_ROLES))],
    tree: TreeDep,
    uow: UowDep,
) -> RunOperationOut:
    """What if: a new run on the same data with other wishes. It refers to its base; `diff` tells what would change."""
    run = await explanations.vary_run(uow, await viewer_of(uow, tree), tree, run_id, body)
    path = operation_path(run.id)
    response.headers["Location"] = path
    set_etag(response, run.version)
    uow.outcome(202, path)
    return describe_operation(describe_run(run, None, hidden=set(), language=language_of(request.headers)))


@router.post("/v1/assembly-runs/{run_id}/cancel")
async def cancel_assembly_run(
    run_id: UUID,
    request: Request,
    response: Response,
    _caller: Annotated[Principal, require(*sorted(OFFICE_ROLES))],
    tree: TreeDep,
    uow: UowDep,
    body: CancelRunIn | None = None,
) -> RunOut:
    """Stop a run. One that waits is `cancelled` at once; one at work stops within seconds."""
    viewer = await viewer_of(uow, tree)
    run = await service.cancel_run(uow, viewer, run_id, keep_best=bool(body and body.keep_best))
    answer_resource(response, uow, f"/v1/assembly-runs/{run.id}", run.version)
    return describe_run(run, None, hidden=set(), language=language_of(request.headers))


@router.get("/v1/rounds/{round_id}/assembly-runs")
async def list_assembly_runs(
    round_id: UUID,
    request: Request,
    _caller: Annotated[Principal, require(*_READERS)],
    tree: TreeDep,
    uow: UowDep,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[RunOut]:
    """All runs of a round, newest first; none is ever removed."""
    viewer = await viewer_of(uow, tree)
    found = await service.list_runs(uow, viewer, round_id, before=id_of_cursor(cursor), limit=limit + 1)
    hidden = await recused_targets(uow, viewer, round_id)
    page = found[:limit]
    return Page(
        items=[
            describe_run(run, proposal, hidden=hidden, language=language_of(request.headers)) for run, proposal in page
        ],
        next_cursor=encode_cursor(str(page[-1][0].id)) if len(found) > limit else None,
    )


@router.get("/v1/assembly-runs/{run_id}")
async def get_assembly_run(
    run_id: UUID,
    request: Request,
    response: Response,
    _caller: Annotated[Principal, require(*_READERS)],
    tree: TreeDep,
    uow: UowDep,
) -> RunOut:
    """A run and, once finished, what it proposes. `queued` and `running` go on; every other status is final."""
    viewer = await viewer_of(uow, tree)
    run = await service.visible_run(uow, viewer, run_id)
    set_etag(response, run.version)
    hidden = await recused_targets(uow, viewer, run.round_id)
    return describe_run(
        run, await service.proposal_of(uow, run_id), hidden=hidden, language=language_of(request.headers)
    )


@router.get("/v1/assembly-runs/{run_id}/diff")
async def diff_assembly_run(
    run_id: UUID,
    _caller: Annotated[Principal, require(*_READERS)],
    tree: TreeDep,
    uow: UowDep,
    against: Annotated[UUID | None, Query(description="another run of the round; default: the run's base")] = None,
) -> DiffOut:
    """Which seats and unmet rules distinguish a run from another, and the difference in points."""
    return await explanations.diff_runs(uow, await viewer_of(uow, tree), run_id, against)
