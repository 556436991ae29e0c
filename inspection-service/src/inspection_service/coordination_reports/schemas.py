"""What callers send and get about coordination reports."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from chassis.web import RequestModel, ResponseModel
from pydantic import Field

from inspection_service.rounds.schemas import UnitCode

Period = Annotated[str, Field(pattern=r"^20\d\d-H[12]$")]
Words = Annotated[str, Field(min_length=1, max_length=4000)]


class MakeReportIn(RequestModel):
    """``as_of`` defaults to the last day of the half year."""

    period: Period
    as_of: date | None = None


class ContributeIn(RequestModel):
    """A unit's part: what it did, what it finds difficult, what it asks for."""

    text: Words
    difficulties: list[Words] = Field(default_factory=list, max_length=50)
    requests: list[Words] = Field(default_factory=list, max_length=50)


class NothingIn(RequestModel):
    """A move that needs nothing said."""


class HearIn(RequestModel):
    heard_on: date
    minutes_ref: str = Field(min_length=1, max_length=200)


class DecisionIn(RequestModel):
    text: Words
    unit: UnitCode
    due_on: date


class IssueIn(RequestModel):
    decisions: list[DecisionIn] = Field(min_length=1, max_length=50)


class TrackIn(RequestModel):
    """What came of each decision, in their order."""

    outcomes: list[Words] = Field(min_length=1, max_length=50)


class ReportOut(ResponseModel):
    """A report; its document is read at ``/document`` and printed at ``/page``."""

    id: UUID
    unit_code: str
    period: str
    as_of: date
    contribute_until: date
    hear_until: date
    state: str
    allowed_moves: list[str]
    digest: str
    document: dict[str, Any]
    author_units: list[str]
    contributions: list[dict[str, Any]]
    hearing: dict[str, Any] | None
    decisions: list[dict[str, Any]]
    made_by: str
    created_at: datetime
    version: int


class RemadeOut(ResponseModel):
    """The report made again from what is stored today."""

    digest: str
    is_identical: bool
    document: dict[str, Any]
