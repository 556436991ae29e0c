"""Bodies of trend reports."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from chassis.web import RequestModel, ResponseModel
from pydantic import Field

from clue_service.statistics.schemas import FiguresOut
from clue_service.trend_reports.domain import PERIOD


class MakeTrendReportIn(RequestModel):
    """A year, half year, quarter or month, as of a day that is over (yesterday if absent)."""

    period: Annotated[str, Field(pattern=PERIOD, examples=["2026-Q3"])]
    as_of: date | None = None


class TrendReportLine(ResponseModel):
    """A report as lists show it."""

    id: UUID
    commission: str
    period: str
    as_of: date
    levels: list[str]
    digest: str = Field(description="SHA-256 of the document, hexadecimal")
    made_by: str
    created_at: datetime


class TrendReportOut(TrendReportLine):
    """A report. Its bytes are read at `/document`, printed at `/page`, tabulated at `/sheet`."""

    figures: FiguresOut


class TrendReportAgainOut(ResponseModel):
    """The report made again from what is stored today."""

    digest: str
    is_identical: bool
