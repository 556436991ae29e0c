"""What callers send and get about look-back rounds."""

from datetime import date, datetime
from typing import Literal, Self
from uuid import UUID

from chassis.problems import FieldRefused
from chassis.web import RequestModel, ResponseModel
from pydantic import Field, model_validator

from inspection_service.rounds.schemas import InspectionMode


class PlanLookBackIn(RequestModel):
    """A look-back on the units of a round that still owe something."""

    title: str = Field(min_length=1, max_length=200)
    mode: InspectionMode = "ordinary"
    starts_on: date
    ends_on: date
    report_due_days: int = Field(15, ge=0, le=3650)
    feedback_due_days: int = Field(30, ge=0, le=3650)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.ends_on < self.starts_on:
            raise FieldRefused("ends_before_start", "结束日期早于开始日期", "ends_on lies before starts_on")
        return self


class LookAtItemIn(RequestModel):
    """What the team found when it looked again. What was reported falsely is marked so at the item."""

    outcome: Literal["put_right", "not_put_right", "falsely_reported"]
    note: str | None = Field(None, min_length=1, max_length=10_000)


class LookBackItemOut(ResponseModel):
    """One item to look at again; ``state`` is the item's present state."""

    rectification_id: UUID
    unit_code: str
    category: str
    severity: str
    problem: str
    state_when_seeded: str
    state: str
    outcome: str | None
    note: str | None
    checked_by: str | None
    checked_at: datetime | None


class LookBackItemsOut(ResponseModel):
    """All items of a look-back round, by unit."""

    items: list[LookBackItemOut]
