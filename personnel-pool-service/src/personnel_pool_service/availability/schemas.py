"""Questions about days and their answers."""

from datetime import date
from uuid import UUID

from chassis.web import RequestModel, ResponseModel
from pydantic import AwareDatetime, Field

from personnel_pool_service.availability.domain import DayState
from personnel_pool_service.vocabulary import Day, UnitCode


class AvailabilityQueryIn(RequestModel):
    """On which day, known when, about whom."""

    as_of: Day = Field(description="The civil day asked about, past or to come")
    known_at: AwareDatetime | None = Field(
        None, description="As known at this instant; absent is now. Give an answer's `known_at` to get it again"
    )
    home_units: list[UnitCode] | None = Field(None, min_length=1, max_length=500)
    cadre_ids: list[UUID] | None = Field(None, min_length=1, max_length=5_000)
    limit: int = Field(200, ge=1, le=2_000)
    cursor: str | None = None


class DayOut(ResponseModel):
    """What a cadre was on the day."""

    cadre_id: UUID
    home_unit: str
    state: DayState
    secondment_id: UUID | None


class AvailabilityOut(ResponseModel):
    """One page. Cadres who were not in the pool on the day are absent."""

    as_of: date
    known_at: AwareDatetime
    items: list[DayOut]
    next_cursor: str | None
