"""Workload as callers write and read it."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from chassis.web import RequestModel, ResponseModel
from pydantic import Field

from personnel_pool_service.cadres.schemas import PeriodIn
from personnel_pool_service.workloads.domain import WorkloadKind


class WorkloadEntryIn(RequestModel):
    """Days of work beside lending."""

    kind: WorkloadKind
    period: PeriodIn


class DaysOut(ResponseModel):
    """Days, both included."""

    first: Annotated[date, Field(serialization_alias="from")]
    last: Annotated[date, Field(serialization_alias="to")]


class WorkloadEntryOut(DaysOut):
    """Days of work written down."""

    id: UUID
    kind: str
    recorded_by: str
    recorded_at: datetime


class WorkloadOut(ResponseModel):
    """A cadre's work in a period; a day counts once per kind."""

    cadre_id: UUID
    period: DaysOut
    entries: list[WorkloadEntryOut]
    lent: list[DaysOut] = Field(description="From the bookings")
    days: dict[str, int] = Field(description="Kind → days within the period; lending among them")
