"""Coverage over HTTP."""

from datetime import date
from typing import Annotated

from chassis.errors import InvalidCursor
from chassis.identity import Principal
from chassis.pagination import MAX_LIMIT, decode_cursor, encode_cursor
from chassis.web import UowDep, require, set_etag
from fastapi import APIRouter, Query, Response

from inspection_service.coverages import service
from inspection_service.coverages.domain import CoverageStatus
from inspection_service.coverages.schemas import CoverageOut, CoveragePageOut, CoveragePlanOut, PutCoveragePlanIn
from inspection_service.involvements.policy import LEADER_ROLES, OFFICE_ROLES
from inspection_service.involvements.routes import TreeDep
from inspection_service.involvements.service import viewer_of
from inspection_service.rounds.schemas import UnitCode

router = APIRouter(tags=["coverage"])
_READERS = sorted(OFFICE_ROLES | LEADER_ROLES)


@router.get("/v1/coverage")
async def get_coverage(
    _caller: Annotated[Principal, require(*_READERS)],
    tree: TreeDep,
    uow: UowDep,
    status: Annotated[CoverageStatus | None, Query()] = None,
    as_of: Annotated[date | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = MAX_LIMIT,
    cursor: str | None = None,
) -> CoveragePageOut:
    """Which units were inspected when, which are due or overdue, on a day; by unit code."""
    view = await service.cover(uow, await viewer_of(uow, tree), tree, as_of)
    try:
        after = decode_cursor(cursor, str)[0] if cursor else ""
    except ValueError as error:
        raise InvalidCursor from error
    wanted = [one for one in view.units if one.unit_code > after and status in (None, one.status)]
    page = wanted[:limit]
    return CoveragePageOut(
        as_of=view.as_of,
        counts=view.counts,
        items=[CoverageOut.model_validate(one) for one in page],
        next_cursor=encode_cursor(page[-1].unit_code) if len(wanted) > limit else None,
    )


@router.put("/v1/coverage-plans/{unit_code}")
async def put_coverage_plan(
    unit_code: UnitCode,
    response: Response,
    _caller: Annotated[Principal, require(*sorted(OFFICE_ROLES))],
    tree: TreeDep,
    uow: UowDep,
    body: PutCoveragePlanIn,
) -> CoveragePlanOut:
    """Set how often a unit is to be inspected, where it is not the usual interval."""
    plan = await service.put_plan(uow, await viewer_of(uow, tree), tree, unit_code, body)
    set_etag(response, plan.version)
    return CoveragePlanOut.model_validate(plan)


@router.get("/v1/coverage-plans/{unit_code}")
async def get_coverage_plan(
    unit_code: UnitCode,
    response: Response,
    _caller: Annotated[Principal, require(*_READERS)],
    tree: TreeDep,
    uow: UowDep,
) -> CoveragePlanOut:
    """A unit's own interval."""
    plan = await service.get_plan(uow, await viewer_of(uow, tree), tree, unit_code)
    set_etag(response, plan.version)
    return CoveragePlanOut.model_validate(plan)
