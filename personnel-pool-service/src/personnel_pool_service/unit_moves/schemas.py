"""How callers end a unit and bring it back."""

from chassis.web import RequestModel
from pydantic import Field

from personnel_pool_service.vocabulary import Day, Remark, UnitCode


class UnitMoveIn(RequestModel):
    """Why, and from which day."""

    reason: Remark | None = Field(None, description="Kept in the unit's history; name no person")
    effective_on: Day | None = Field(None, description="Today if left out, never before the unit's last change")


class UnitMergeIn(UnitMoveIn):
    """Into which unit."""

    into: UnitCode
