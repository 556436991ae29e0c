"""What callers send and get about feedback."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from chassis.web import RequestModel, ResponseModel
from pydantic import StringConstraints

from inspection_service.rounds.schemas import UnitCode


class IssueFeedbackIn(RequestModel):
    """``audience``: the unit, or its head alone. The text is written for them."""

    unit_code: UnitCode
    audience: Literal["unit", "head"]
    text: Annotated[str, StringConstraints(min_length=1, max_length=20_000)]


class AcknowledgeFeedbackIn(RequestModel):
    """Nothing is needed."""


class FeedbackOut(ResponseModel):
    id: UUID
    round_id: UUID
    unit_code: str
    office_unit: str
    audience: str
    text: str
    state: str
    allowed_moves: list[str]
    issued_at: datetime
    acknowledged_by: str | None
    acknowledged_at: datetime | None
    version: int
