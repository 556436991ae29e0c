"""Unsealings over HTTP."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from chassis.web import RequestModel, ResponseModel
from pydantic import Field

from clue_service.clues.vocabulary import PoliticalStatus, Sex


class RequestUnsealingIn(RequestModel):
    """Why who reported the clue has to be known."""

    reason: str = Field(min_length=2, max_length=1000)


class UnsealingMoveIn(RequestModel):
    """Nothing more is asked."""


class UnsealingOut(ResponseModel):
    """One unsealing; without the identity."""

    id: UUID
    clue_id: UUID
    state: Literal["requested", "approved", "refused", "opened", "expired", "void"]
    reason: str | None
    """None where the clue was sealed: what was said about it is erased."""
    requested_by: str
    requested_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    usable_until: datetime | None
    opened_at: datetime | None
    allowed_moves: list[str]
    version: int


class UnsealedReporterOut(ResponseModel):
    """Who reported the clue. Shown once; a repeat of the request answers the unsealing without it."""

    unsealing_id: UUID
    name: str | None
    contact: str | None
    sex: Sex | None = None
    political_status: PoliticalStatus | None = None
    unit_name: str | None = None
    post: str | None = None
    address: str | None = None
