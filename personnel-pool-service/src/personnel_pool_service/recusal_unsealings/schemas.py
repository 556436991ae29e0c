"""Unsealings as callers write and read them."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from chassis.web import RequestModel, ResponseModel
from pydantic import Field

from personnel_pool_service.vocabulary import Remark, Role, UnitCode


class UnsealingIn(RequestModel):
    """Whose grounds, at which unit, for which seat, and why somebody has to know."""

    cadre_id: UUID
    unit_code: UnitCode
    role: Role | None = None
    reason: Remark


class UnsealingMoveIn(RequestModel):
    """Nothing more to be said."""


class UnsealingOut(ResponseModel):
    """One unsealing; the grounds are read at ``/grounds``."""

    id: UUID
    cadre_id: UUID
    unit_code: str
    role: str | None
    status: str
    requested_by: str
    approved_by: str | None
    readable_until: datetime | None
    version: int


class GroundOut(ResponseModel):
    """One kind of ground and its weight; never whose relative, what post, which clue."""

    ground: str = Field(description="open_clue, kinship, a declared kind of tie, asked_by_the_unit, present_post, …")
    verdict: Literal["block", "review", "info"]


class GroundsOut(ResponseModel):
    """Why, as of this moment. Neither stored nor logged."""

    items: list[GroundOut]
