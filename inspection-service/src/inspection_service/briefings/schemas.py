"""What callers send and get about briefings before entry."""

from datetime import date, datetime
from uuid import UUID

from chassis.web import RequestModel, ResponseModel
from pydantic import Field

from inspection_service.rounds.schemas import UnitCode


class AskForBriefingsIn(RequestModel):
    """Who is asked. Without ``from_units``: petition, case-management and conduct office of the commission."""

    from_units: list[UnitCode] = Field(default_factory=list, max_length=30)
    due_on: date | None = None


class AcknowledgeBriefingIn(RequestModel):
    """``contribution`` is what the office tells the team; it may point to files instead of repeating them."""

    contribution: str | None = Field(None, min_length=1, max_length=10_000)
    nothing_to_report: bool = False


class WithdrawBriefingIn(RequestModel):
    """Nothing is needed."""


class BriefingRequestOut(ResponseModel):
    """``contribution`` is shown to the office that wrote it, to the team and to its inspection office."""

    id: UUID
    team_id: UUID
    unit_code: str
    office_unit: str
    from_unit: str
    state: str
    allowed_moves: list[str]
    due_at: datetime
    nothing_to_report: bool | None
    contribution: str | None
    asked_by: str
    asked_at: datetime
    acknowledged_by: str | None
    acknowledged_at: datetime | None
    version: int


class BriefingRequestsOut(ResponseModel):
    """All requests of one team, by the office asked."""

    items: list[BriefingRequestOut]
