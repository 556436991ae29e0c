"""What callers send and get about coverage."""

from datetime import date
from uuid import UUID

from chassis.web import RequestModel, ResponseModel
from pydantic import Field


class InspectionOut(ResponseModel):
    """One round on the unit."""

    round_id: UUID
    round_type: str
    state: str
    closed_on: date | None


class CoverageOut(ResponseModel):
    """How a unit stands: last and present round, and when the next is due."""

    unit_code: str
    status: str
    inspections: int
    last: InspectionOut | None
    current: InspectionOut | None
    interval_months: int
    next_due_on: date | None


class CoveragePageOut(ResponseModel):
    """``counts`` are over all units of the caller, whatever the page and filter."""

    as_of: date
    counts: dict[str, int]
    items: list[CoverageOut]
    next_cursor: str | None


class PutCoveragePlanIn(RequestModel):
    """A unit's own interval; ``first_due_on`` counts while it was never inspected."""

    interval_months: int = Field(ge=1, le=240)
    first_due_on: date | None = None


class CoveragePlanOut(ResponseModel):
    unit_code: str
    interval_months: int
    first_due_on: date | None
    set_by: str
    version: int
