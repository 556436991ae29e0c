"""Fairness figures over HTTP: as JSON, as a picture, as CSV."""

import csv
import io
from typing import Annotated, Literal

from chassis.errors import invalid_field
from chassis.web import UowDep, require
from fastapi import APIRouter, Depends, Query, Response

from personnel_pool_service.bookings.domain import Period
from personnel_pool_service.fairness import charts, service
from personnel_pool_service.fairness.schemas import FairnessOut, out_of
from personnel_pool_service.vocabulary import Day

router = APIRouter(
    tags=["fairness"], dependencies=[require("pool_manager", "org_department", "inspection_office", "auditor")]
)

_PATH = "/v1/fairness-figures"


def _period(
    first: Annotated[Day, Query(alias="from", description="First day")],
    last: Annotated[Day, Query(alias="to", description="Last day, included")],
) -> Period:
    if last < first:
        raise invalid_field("/to", "ends_before_start", "结束日期早于开始日期", "The period ends before it begins")
    return Period(first, last)


PeriodQuery = Annotated[Period, Depends(_period)]
AsOf = Annotated[Day | None, Query(description="As known at the end of this day, which is over; now if absent")]
About = Literal["people", "home_units"]


@router.get(_PATH)
async def get_fairness_figures(uow: UowDep, period: PeriodQuery, as_of: AsOf = None) -> FairnessOut:
    """Days lent per person and home unit in a period, and how evenly they are spread."""
    return out_of(await service.figures(uow, period, as_of))


@router.get(
    f"{_PATH}/chart",
    response_class=Response,
    responses={200: {"content": {"image/svg+xml": {"schema": {"type": "string"}}}}},
)
async def draw_fairness_figures(uow: UowDep, period: PeriodQuery, about: About = "people") -> Response:
    """The Lorenz curve of people, or the home units most called upon, as SVG."""
    figures = await service.figures(uow, period)
    drawn = charts.chart_of_people(figures) if about == "people" else charts.chart_of_homes(figures)
    return Response(drawn, media_type="image/svg+xml", headers={"Content-Security-Policy": "default-src 'none'"})


@router.get(
    f"{_PATH}/export",
    response_class=Response,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
async def export_fairness_figures(
    uow: UowDep, period: PeriodQuery, about: About = "people", as_of: AsOf = None
) -> Response:
    """Every person, or every home unit, as CSV (UTF-8 with a byte order mark, which spreadsheets need)."""
    figures = await service.figures(uow, period, as_of)
    text = io.StringIO()
    writer = csv.writer(text)
    if about == "people":
        writer.writerow(["cadre_id", "home_unit", "days"])
        writer.writerows([one.cadre_id, one.home_unit, one.days] for one in figures.people)
    else:
        writer.writerow(["home_unit", "members", "lent", "days", "days_per_member"])
        writer.writerows([one.home_unit, one.members, one.lent, one.days, one.days_per_member] for one in figures.homes)
    await uow.audit("export", "fairness", about, detail={"people": len(figures.people)})
    name = f"lent-days-{about}-{period.first}-{period.last}.csv"
    return Response(
        "\ufeff" + text.getvalue(),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
