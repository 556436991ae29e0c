"""These figures as they are answered. A number that is null is too small to be shown."""

from datetime import date

from chassis.web import ResponseModel
from pydantic import Field

from clue_service.statistics.schemas import Shown


class SafeguardFiguresOut(ResponseModel):
    """Interference and protection in a period, for the office and leaders of a commission."""

    commission: str
    levels: list[str]
    period_from: date
    period_to: date
    as_of: date
    smallest_cell: int = Field(description="smaller numbers are null, and those they could be worked out from")
    interference: int | None
    by_kind: Shown
    by_standing: Shown
    interference_steps: Shown = Field(description="moves taken in the period, by verb")
    protections: int | None
    by_threat: Shown
    by_protected: Shown
    protection_steps: Shown = Field(description="moves taken in the period, by verb")
