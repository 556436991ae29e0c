"""How callers end a unit and bring it back."""

from datetime import date

from chassis.web import RequestModel
from pydantic import Field

from personnel_pool_service.vocabulary import Remark, UnitCode


class UnitMoveIn(RequestModel):
    """Why, and from which day."""

    reason: Remark | None = Field(None, description="Kept in the unit's history; name no person")
    effective_on: date | None = Field(None, description="Today if left out, never before the unit's last change")


class UnitMergeIn(UnitMoveIn):
    """Into which unit."""

    into: UnitCode
