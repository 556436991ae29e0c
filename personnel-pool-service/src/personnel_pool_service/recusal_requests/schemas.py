"""Requests for recusal as units write and offices read them."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from chassis.web import RequestModel, ResponseModel
from pydantic import Field

from personnel_pool_service.secondments.schemas import Reference
from personnel_pool_service.vocabulary import Remark, UnitCode


class RecusalRequestIn(RequestModel):
    """Whom a unit does not want to deal with it, and why."""

    cadre_id: UUID
    unit_code: UnitCode
    request_ref: Reference | None = Field(None, description="What it is about, such as `team:<id>`")
    reason: Remark


class VerifyIn(RequestModel):
    """What the inspection office found; a leader decides."""

    finding: Literal["founded", "unfounded"]


class DecideIn(RequestModel):
    """A decision, or a withdrawal."""


class RecusalRequestOut(ResponseModel):
    """One request. The reason is shown to the inspection office only."""

    id: UUID
    cadre_id: UUID
    unit_code: str
    request_ref: str | None
    status: str
    finding: str | None = Field(description="For the inspection office and those who decide")
    reason: str | None = Field(description="For the inspection office")
    requested_by: str
    decided_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime
