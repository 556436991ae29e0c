"""Trend and hotspot reports over HTTP."""

from typing import Annotated, Literal
from uuid import UUID

from chassis.errors import Text
from chassis.pagination import DEFAULT_LIMIT, MAX_LIMIT, Page, encode_cursor, id_of_cursor
from chassis.print_pages import CONTENT_SECURITY_POLICY
from chassis.problems import language_of
from chassis.spreadsheets.workbooks import XLSX
from chassis.web import Caller, UowDep, answer_resource, set_etag
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse

from clue_service.access.routes import ViewerDep
from clue_service.statistics import pages, sheets
from clue_service.trend_reports import service
from clue_service.trend_reports.schemas import (
    MakeTrendReportIn,
    TrendReportAgainOut,
    TrendReportLine,
    TrendReportOut,
)

router = APIRouter(tags=["statistics"])
PATH = "/v1/trend-reports"
_TITLE = Text("{period} 问题线索形势研判报告", "Trends and hotspots of clues, {period}")


@router.post(PATH, status_code=201)
async def make_trend_report(
    body: MakeTrendReportIn, response: Response, _caller: Caller, viewer: ViewerDep, uow: UowDep
) -> TrendReportOut:
    """Make the report of your commission for a period as of a day that is over; made again: the same (200)."""
    report, is_new = await service.make_report(uow, viewer, body)
    answer_resource(response, uow, f"{PATH}/{report.id}", 1, created=is_new)
    response.status_code = 201 if is_new else 200
    return service.describe_report(report)


@router.get(PATH)
async def list_trend_reports(
    _caller: Caller,
    viewer: ViewerDep,
    uow: UowDep,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> Page[TrendReportLine]:
    """Reports of your commission, newest first."""
    found = await service.list_reports(uow, viewer, before=id_of_cursor(cursor), limit=limit + 1)
    return Page(
        items=[TrendReportLine.model_validate(one) for one in found[:limit]],
        next_cursor=encode_cursor(str(found[limit - 1].id)) if len(found) > limit else None,
    )


@router.get(f"{PATH}/{{report_id}}")
async def get_trend_report(
    report_id: UUID, response: Response, _caller: Caller, viewer: ViewerDep, uow: UowDep
) -> TrendReportOut:
    """One report."""
    report = await service.visible_report(uow, viewer, report_id)
    set_etag(response, 1)
    return service.describe_report(report)


@router.get(f"{PATH}/{{report_id}}/document", response_class=Response)
async def get_trend_report_document(report_id: UUID, _caller: Caller, viewer: ViewerDep, uow: UowDep) -> Response:
    """The report's own bytes: canonical JSON, whose SHA-256 is the report's digest."""
    report = await service.visible_report(uow, viewer, report_id)
    return Response(report.document.encode(), media_type="application/json")


@router.get(f"{PATH}/{{report_id}}/page", response_class=HTMLResponse)
async def get_trend_report_page(
    report_id: UUID, request: Request, _caller: Caller, viewer: ViewerDep, uow: UowDep
) -> HTMLResponse:
    """The report to print, with charts, in the language you accept."""
    report = await service.visible_report(uow, viewer, report_id)
    title = Text(_TITLE.zh.format(period=report.period), _TITLE.en.format(period=report.period))
    page = pages.render(service.document_of(report), title, report.digest, language_of(request.headers))
    return HTMLResponse(page, headers={"Content-Security-Policy": CONTENT_SECURITY_POLICY})


@router.get(f"{PATH}/{{report_id}}/sheet", response_class=Response)
async def get_trend_report_sheet(
    report_id: UUID,
    request: Request,
    _caller: Caller,
    viewer: ViewerDep,
    uow: UowDep,
    format: Literal["csv", "xlsx"] = "xlsx",  # noqa: A002 - the name callers know
) -> Response:
    """The report's figures as CSV or XLSX."""
    report = await service.visible_report(uow, viewer, report_id)
    document, language = service.document_of(report), language_of(request.headers)
    headers = {"Content-Disposition": f'attachment; filename="trend-report-{report.period}-{report.as_of}.{format}"'}
    if format == "csv":
        return Response(sheets.as_csv(document, language), media_type="text/csv; charset=utf-8", headers=headers)
    return Response(sheets.as_xlsx(document, language), media_type=XLSX, headers=headers)


@router.get(f"{PATH}/{{report_id}}/made-again")
async def make_trend_report_again(
    report_id: UUID, _caller: Caller, viewer: ViewerDep, uow: UowDep
) -> TrendReportAgainOut:
    """Make the report again from what is stored today, and tell whether it is the same byte for byte."""
    return await service.make_again(uow, viewer, report_id)
