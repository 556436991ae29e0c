"""What callers send and get about replacement plans."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from chassis.web import RequestModel, ResponseModel
from pydantic import BeforeValidator, Field

from inspection_service.assembly_runs.schemas import UnmetOut


class PlanReplacementIn(RequestModel):
    """Who drops out; nobody, where only seats that nobody sits in are to be filled (`cause` is then `empty_seat`)."""

    cadre_ids: list[UUID] = Field(default_factory=list, max_length=20)
    cause: Literal["drop_out", "recusal", "home_unit_refused", "unit_request"] = "drop_out"
    most: int = Field(10, ge=1, le=50, description="how many options to draw up")


class CarryOutIn(RequestModel):
    """Which option. ``reason`` is needed where it leaves rules unmet or needs a waiver."""

    option: int = Field(1, ge=1, le=50)
    reason: str | None = Field(None, min_length=1, max_length=2000)


class AuthoriseOptionIn(RequestModel):
    """Which option a leader agrees to."""

    option: int = Field(1, ge=1, le=50)


class DismissIn(RequestModel):
    """Nothing is needed to dismiss a plan."""


class ChangeOut(ResponseModel):
    """One seat; ``out`` is null where nobody sat in it: the team had fewer members than seats."""

    role: str
    out: Annotated[UUID | None, BeforeValidator(lambda written: written or None)]
    cadre_id: UUID


class OptionOut(ResponseModel):
    """One lawful way, ``rank`` 1 the mildest. ``points_lost`` is told against the best option."""

    rank: int
    changes: list[ChangeOut]
    seats_changed: int
    points_lost: float
    unmet: list[UnmetOut]
    waivers: list[UUID]
    reasons: dict[UUID, list[str]]


class PlanOut(ResponseModel):
    """``sentence`` and ``unmet`` say why there is no option. ``authorised_option``: what a leader agreed to, see
    `authorise`."""

    id: UUID
    team_id: UUID
    out: list[UUID]
    cause: str
    state: str
    allowed_moves: list[str]
    options: list[OptionOut]
    sentence: str | None
    unmet: list[UnmetOut]
    chosen: int | None
    reason: str | None
    refusal_code: str | None
    authorised_option: int | None
    authorised_by: str | None
    authorised_at: datetime | None
    created_by: str
    carried_out_by: str | None
    created_at: datetime
    finished_at: datetime | None
    version: int
