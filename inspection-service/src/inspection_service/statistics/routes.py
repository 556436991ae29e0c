"""Statistics over HTTP: JSON, CSV, charts or a page to print."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from chassis.directory import UnitTree
from chassis.errors import invalid_field
from chassis.identity import Principal
from chassis.problems import language_of
from chassis.uow import Uow
from chassis.web import UowDep, require
from fastapi import APIRouter, Query, Request, Response
from starlette.responses import HTMLResponse

from inspection_service.involvements.policy import LEADER_ROLES, OFFICE_ROLES
from inspection_service.involvements.routes import TreeDep
from inspection_service.involvements.service import viewer_of
from inspection_service.rounds.schemas import UnitCode
from inspection_service.statistics import service
from inspection_service.statistics.domain import Scope
from inspection_service.statistics.pages import CONTENT_SECURITY_POLICY, page_of
from inspection_service.statistics.schemas import Format, StatisticsOut
from inspection_service.statistics.sheets import csv_of, svg_of

router = APIRouter(tags=["statistics"])
_READERS = sorted({*OFFICE_ROLES, *LEADER_ROLES, "inspector"})
_OTHER_FORMS: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/csv": {}, "image/svg+xml": {}, "text/html": {}}}
}
Form = Annotated[
    Format, Query(description="csv: rows for spreadsheets; svg: the charts; html: a page to print, with charts")
]
AsOf = Annotated[date | None, Query(description="the end of which day; without it, today")]


async def _answer(
    request: Request, uow: Uow, tree: UnitTree, scope: Scope, as_of: date | None, form: Format
) -> Response | StatisticsOut:
    figures = await service.count(uow, await viewer_of(uow, tree), scope, as_of)
    if form == "json":
        return figures
    if form == "csv":
        headers = {"Content-Disposition": f'attachment; filename="inspection-statistics-{figures.as_of}.csv"'}
        return Response(csv_of(figures), media_type="text/csv; charset=utf-8", headers=headers)
    language, names = language_of(request.headers), {unit.code: unit.name for unit in tree}
    if form == "svg":
        return Response(svg_of(figures, names, language), media_type="image/svg+xml")
    page = page_of(figures, names, uow.actor.acting_for or uow.actor.sub, language)
    return HTMLResponse(page, headers={"Content-Security-Policy": CONTENT_SECURITY_POLICY})


@router.get("/v1/rounds/{round_id}/statistics", response_model=StatisticsOut, responses=_OTHER_FORMS)
async def get_round_statistics(
    round_id: UUID,
    request: Request,
    _caller: Annotated[Principal, require(*_READERS)],
    tree: TreeDep,
    uow: UowDep,
    as_of: AsOf = None,
    format: Form = "json",  # noqa: A002 - the field's name in the API
) -> Response | StatisticsOut:
    """A round in figures, as of any day."""
    return await _answer(request, uow, tree, Scope(round_id=round_id), as_of, format)


@router.get("/v1/inspection-statistics", response_model=StatisticsOut, responses=_OTHER_FORMS)
async def get_statistics(
    request: Request,
    _caller: Annotated[Principal, require(*_READERS)],
    tree: TreeDep,
    uow: UowDep,
    unit_code: Annotated[UnitCode | None, Query()] = None,
    starts_from: Annotated[date | None, Query(description="rounds that begin on this day or later")] = None,
    starts_to: Annotated[date | None, Query(description="rounds that begin on this day or earlier")] = None,
    as_of: AsOf = None,
    format: Form = "json",  # noqa: A002 - the field's name in the API
) -> Response | StatisticsOut:
    """A unit, a period or everything you may meet in figures, as of any day."""
    if starts_from is not None and starts_to is not None and starts_to < starts_from:
        raise invalid_field("/starts_to", "before_start", "结束日早于开始日", "ends before it begins")
    scope = Scope(unit_code=unit_code, starts_from=starts_from, starts_to=starts_to)
    return await _answer(request, uow, tree, scope, as_of, format)
