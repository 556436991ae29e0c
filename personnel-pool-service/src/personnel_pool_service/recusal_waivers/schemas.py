"""Waivers as callers write and read them."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from chassis.web import RequestModel, ResponseModel
from pydantic import Field

from personnel_pool_service.vocabulary import Day, Remark, UnitCode


class WaiverIn(RequestModel):
    """Which ground is let pass, for whom, where, until when and why."""

    cadre_id: UUID
    unit_code: UnitCode
    code: Literal["home_unit", "personal_ground", "duty", "work_history", "region"] = Field(
        description="`duty`, `work_history` or `region`; the others are never waived"
    )
    reason: Remark
    valid_to: Day


class WaiverMoveIn(RequestModel):
    """A decision; the reason for it is the proposer's."""


class WaiverOut(ResponseModel):
    """One waiver."""

    id: UUID
    cadre_id: UUID
    unit_code: str
    code: str
    reason: str
    valid_to: date
    status: str
    proposed_by: str
    decided_by: str | None
    decided_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime
