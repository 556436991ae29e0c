"""Support requests as callers write and read them. They have no room for names of persons."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from chassis.web import RequestModel, ResponseModel
from pydantic import Field, StringConstraints

from personnel_pool_service.cadres.schemas import DemandIn, PeriodIn
from personnel_pool_service.secondments.domain import Member
from personnel_pool_service.secondments.schemas import MemberIn, PeriodOut
from personnel_pool_service.support_requests.service import SupportView
from personnel_pool_service.vocabulary import Remark, UnitCode

PurposeCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$")]


class SupportRequestIn(RequestModel):
    """Reason, number, qualifications and period. Who comes is the organisation department's to propose."""

    purpose: PurposeCode = Field(description="A code, such as `case` or `inspection`; leaves the pool with events")
    reason: Remark
    requesting_unit: UnitCode | None = Field(None, description="The caller's own unit by default")
    period: PeriodIn
    demands: list[DemandIn] = Field(min_length=1, max_length=20)
    target_units: list[UnitCode] = Field(
        default_factory=list, max_length=50, description="Units that will be dealt with; recusals are checked"
    )
    draft: bool = False


class DecisionIn(RequestModel):
    """A decision; a rejection says why."""

    reason: Remark | None = None


class RejectionIn(RequestModel):
    """A rejection says why."""

    reason: Remark


class PlaceIn(RequestModel):
    """Who is proposed for which seat."""

    members: list[MemberIn] = Field(min_length=1, max_length=200)

    def to_members(self) -> list[Member]:
        """The members as the rules see them."""
        return [Member(one.cadre_id, one.role) for one in self.members]


class DemandOut(ResponseModel):
    """Seats of one role."""

    role: str
    count: int
    tags: list[str]
    pool_kinds: list[str]


class PlacementOut(ResponseModel):
    """One secondment that answers the request."""

    secondment_id: UUID
    status: str
    seats: int


class SupportRequestOut(ResponseModel):
    """One support request."""

    id: UUID
    purpose: str
    reason: str
    requesting_unit: str
    period: PeriodOut
    demands: list[DemandOut]
    target_units: list[str]
    status: Literal["draft", "submitted", "reviewed", "placed", "completed", "rejected", "withdrawn"]
    placements: list[PlacementOut]
    requested_by: str
    reviewed_by: str | None
    decision_reason: str | None
    directed_support_id: UUID | None
    version: int
    created_at: datetime
    updated_at: datetime


def out_of(view: SupportView) -> SupportRequestOut:
    """A request as its readers see it."""
    row = view.row
    first: date = row.period_from
    return SupportRequestOut.model_validate(
        {
            **{
                name: getattr(row, name)
                for name in SupportRequestOut.model_fields
                if name not in ("period", "placements")
            },
            "period": PeriodOut(first=first, last=row.period_to),
            "placements": [
                PlacementOut(secondment_id=one.row.id, status=one.row.status, seats=len(one.holding()))
                for one in view.postings
            ],
        }
    )
