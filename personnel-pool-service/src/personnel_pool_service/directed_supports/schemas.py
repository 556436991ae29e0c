"""Directed support as callers write and read it."""

from datetime import datetime
from typing import Self
from uuid import UUID

from chassis.problems import FieldRefused
from chassis.web import RequestModel, ResponseModel
from pydantic import Field, model_validator

from personnel_pool_service.cadres.schemas import DemandIn, PeriodIn
from personnel_pool_service.directed_supports.domain import Kind
from personnel_pool_service.directed_supports.service import SupportView
from personnel_pool_service.secondments.schemas import Grade, PeriodOut, Reference
from personnel_pool_service.support_requests.schemas import DemandOut
from personnel_pool_service.vocabulary import Label, Remark, UnitCode


class DirectedSupportIn(RequestModel):
    """What a unit needs help with. Personnel says which qualifications, by seats."""

    kind: Kind
    difficulty: Remark
    scope: Label | None = None
    requesting_unit: UnitCode | None = Field(None, description="The caller's own unit by default")
    period: PeriodIn
    demands: list[DemandIn] = Field(default_factory=list, max_length=20, description="For personnel, and only there")
    linked_ref: Reference | None = Field(None, description="A clue, consultation or matter it is about")

    @model_validator(mode="after")
    def _demands_for_personnel(self) -> Self:
        if (self.kind is Kind.PERSONNEL) != bool(self.demands):
            raise FieldRefused(
                "demands_for_personnel",
                "人员支持须列明所需条件，其他类型不得列明",
                "Personnel support names the seats needed; the other kinds name none",
            )
        return self


class MoveIn(RequestModel):
    """A move that needs nothing said."""

    reason: Remark | None = None


class RejectIn(RequestModel):
    """A rejection says why."""

    reason: Remark


class MatchIn(RequestModel):
    """The unit that helps."""

    provider_unit: UnitCode


class CompleteIn(RequestModel):
    """What came of it."""

    outcome: Remark


class EvaluateIn(RequestModel):
    """How the requesting unit finds it was."""

    grade: Grade
    reason: Remark | None = None


class DirectedSupportOut(ResponseModel):
    """One piece of directed support."""

    id: UUID
    kind: Kind
    difficulty: str
    scope: str | None
    requesting_unit: str
    provider_unit: str | None
    period: PeriodOut
    demands: list[DemandOut]
    linked_ref: str | None
    status: str
    requested_by: str
    reason: str | None
    outcome: str | None
    grade: str | None
    support_request_id: UUID | None = Field(description="The support request personnel became on approval")
    version: int
    created_at: datetime
    updated_at: datetime


def out_of(view: SupportView) -> DirectedSupportOut:
    """A piece of directed support as its readers see it."""
    row, apart = view.row, ("period", "support_request_id")
    return DirectedSupportOut.model_validate(
        {
            **{name: getattr(row, name) for name in DirectedSupportOut.model_fields if name not in apart},
            "period": PeriodOut(first=row.period_from, last=row.period_to),
            "support_request_id": view.support_request_id,
        }
    )
