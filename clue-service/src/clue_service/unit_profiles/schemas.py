"""A unit's profile as it is answered."""

from datetime import date

from chassis.web import ResponseModel
from pydantic import Field

from clue_service.statistics.schemas import FiguresOut


class UnitProfileOut(ResponseModel):
    """Figures about a unit and what lies below it, year by year. Counts and trends; no score, no colour, no verdict."""

    unit_code: str
    as_of: date
    years: list[FiguresOut] = Field(description="oldest first; the last one ends with `as_of`")
