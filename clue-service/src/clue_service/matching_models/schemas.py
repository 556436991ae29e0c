"""Matching models over HTTP."""

from datetime import datetime
from typing import Any

from chassis.web import ResponseModel
from pydantic import Field

from clue_service.matching_models.domain import Status


class MatchingModelOut(ResponseModel):
    """A version of the matching model. Number 0 is the one that ships with the service."""

    number: int
    name: str = Field(description="The version that candidate pairs carry")
    status: Status
    origin: dict[str, Any] = Field(description="What it was fitted on: kind of data and counts")
    report: dict[str, Any] = Field(description="Measures before and after on held-back data")
    objections: list[str] = Field(description="Why it may not be activated")
    is_readable: bool = Field(description="Whether this version of the engine compares the fields it weighs")
    fitted_by: str | None
    fitted_at: datetime | None
    activated_by: str | None
    activated_at: datetime | None
    ended_by: str | None
    ended_at: datetime | None
    allowed_moves: list[str]
    version: int
