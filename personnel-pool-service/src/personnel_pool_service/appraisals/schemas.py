"""Appraisals as callers write and read them."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from chassis.web import RequestModel, ResponseModel
from pydantic import Field

from personnel_pool_service.appraisals.domain import AppraisalDraft, AppraisalGrade, AppraisalKind
from personnel_pool_service.cadres.schemas import PeriodIn
from personnel_pool_service.vocabulary import Remark, UnitCode


class AppraisalIn(RequestModel):
    """An appraisal of a cadre; written once, never changed."""

    kind: AppraisalKind
    period: PeriodIn
    grade: AppraisalGrade
    unit_code: UnitCode = Field(description="The unit that appraised")
    comment: Remark | None = Field(None, description="Kept sealed")
    recommends_exit: bool = False

    def to_draft(self) -> AppraisalDraft:
        """The appraisal as it is written down."""
        return AppraisalDraft(
            kind=self.kind.value,
            first=self.period.first,
            last=self.period.last,
            grade=self.grade.value,
            unit_code=self.unit_code,
            comment=self.comment,
            recommends_exit=self.recommends_exit,
        )


class AppraisalOut(ResponseModel):
    """One appraisal."""

    id: UUID
    cadre_id: UUID
    kind: str
    first: Annotated[date, Field(serialization_alias="from")]
    last: Annotated[date, Field(serialization_alias="to")]
    grade: str
    unit_code: str
    comment: str | None
    recommends_exit: bool
    source_ref: str | None
    recorded_by: str
    recorded_at: datetime
