"""What callers send and get about adoptions."""

from datetime import datetime
from uuid import UUID

from chassis.web import RequestModel, ResponseModel
from pydantic import Field

from inspection_service.teams.schemas import TeamOut


class AdoptIn(RequestModel):
    """``override_reason`` is needed where the run leaves rules unmet or members need a waiver."""

    override_reason: str | None = Field(None, min_length=1, max_length=2000)


class AdoptionOut(ResponseModel):
    """``teams`` are there once the adoption is ``adopted``; ``refusal_code`` says why one was withdrawn."""

    run_id: UUID
    round_id: UUID
    state: str
    teams: list[TeamOut]
    override_reason: str | None
    refusal_code: str | None
    created_at: datetime
    finished_at: datetime | None
    version: int
