"""Statistics over HTTP: JSON, CSV or charts."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from chassis.identity import Principal
from chassis.uow import Uow
from chassis.web import UowDep, require
from fastapi import APIRouter, Query, Response

from inspection_service.involvements.policy import LEADER_ROLES, OFFICE_ROLES, Viewer
from inspection_service.involvements.routes import TreeDep
from inspection_service.involvements.service import viewer_of
from inspection_service.rounds.schemas import UnitCode
from inspection_service.statistics import service
from inspection_service.statistics.domain import Scope
from inspection_service.statistics.schemas import Format, StatisticsOut
from inspection_service.statistics.sheets import csv_of, svg_of

router = APIRouter(tags=["statistics"])
_READERS = sorted({*OFFICE_ROLES, *LEADER_ROLES, "inspector"})
_OTHER_FORMS: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {}, "image/svg+xml": {}}}}
AsOf = Annotated[date | None, Query(description="the end of which day; without it, today")]


async def _answer(uow: Uow, viewer: Viewer, scope: Scope, as_of: date | None, form: Format) -> Response | StatisticsOut:
    figures = await service.count(uow, viewer, scope, as_of)
    if form == "csv":
        return Response(csv_of(figures), media_type="text/csv; charset=utf-8")
    if form == "svg":
        return Response(svg_of(figures), media_type="image/svg+xml")
    return figures


@router.get("/v1/rounds/{round_id}/statistics", response_model=StatisticsOut, responses=_OTHER_FORMS)
async def get_round_statistics(
    round_id: UUID,
    _caller: Annotated[Principal, require(*_READERS)],
    tree: TreeDep,
    uow: UowDep,
    as_of: AsOf = None,
    format: Annotated[Format, Query()] = "json",  # noqa: A002 - the field's name in the API
) -> Response | StatisticsOut:
    """A round in figures, as of any day."""
    return await _answer(uow, await viewer_of(uow, tree), Scope(round_id=round_id), as_of, format)


@router.get("/v1/inspection-statistics", response_model=StatisticsOut, responses=_OTHER_FORMS)
async def get_statistics(
    _caller: Annotated[Principal, require(*_READERS)],
    tree: TreeDep,
    uow: UowDep,
    unit_code: Annotated[UnitCode | None, Query()] = None,
    starts_from: Annotated[date | None, Query(description="rounds that begin on this day or later")] = None,
    starts_to: Annotated[date | None, Query(description="rounds that begin on this day or earlier")] = None,
    as_of: AsOf = None,
    format: Annotated[Format, Query()] = "json",  # noqa: A002 - the field's name in the API
) -> Response | StatisticsOut:
    """A unit, a period or everything you may meet in figures, as of any day."""
    scope = Scope(unit_code=unit_code, starts_from=starts_from, starts_to=starts_to)
    return await _answer(uow, await viewer_of(uow, tree), scope, as_of, format)
