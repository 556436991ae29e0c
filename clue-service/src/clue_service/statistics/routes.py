"""Figures over HTTP."""

from datetime import date
from typing import Annotated, Literal

from chassis.problems import language_of
from chassis.spreadsheets.workbooks import XLSX
from chassis.web import Caller, UowDep
from fastapi import APIRouter, Query, Request, Response

from clue_service.access.routes import ViewerDep
from clue_service.intake.schemas import EARLIEST
from clue_service.statistics import service, sheets
from clue_service.statistics.schemas import FiguresOut, figures_out

router = APIRouter(tags=["statistics"])
AsOf = Annotated[date | None, Query(ge=EARLIEST, description="a day that is over; yesterday if absent")]


@router.get("/v1/statistics")
async def get_statistics(
    _caller: Caller, viewer: ViewerDep, uow: UowDep, period_from: date, period_to: date, as_of: AsOf = None
) -> FiguresOut:
    """Figures of your commission, for its office and leaders; told again for the same day they are the same."""
    return figures_out(await service.statistics(uow, viewer, period_from, period_to, as_of))


@router.get("/v1/statistics/sheet", response_class=Response)
async def get_statistics_sheet(
    request: Request,
    _caller: Caller,
    viewer: ViewerDep,
    uow: UowDep,
    period_from: date,
    period_to: date,
    as_of: AsOf = None,
    format: Literal["csv", "xlsx"] = "xlsx",  # noqa: A002 - the name callers know
) -> Response:
    """The same figures as CSV or XLSX, in the language you accept."""
    document = await service.statistics(uow, viewer, period_from, period_to, as_of)
    language = language_of(request.headers)
    name = f"statistics-{document['from']}-{document['to']}-{document['as_of']}.{format}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    if format == "csv":
        return Response(sheets.as_csv(document, language), media_type="text/csv; charset=utf-8", headers=headers)
    return Response(sheets.as_xlsx(document, language), media_type=XLSX, headers=headers)
