"""What callers send and get about supervision matters."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from chassis.problems import FieldRefused
from chassis.web import RequestModel, ResponseModel
from pydantic import Field, model_validator

from inspection_service.rounds.schemas import UnitCode

Words = Annotated[str, Field(min_length=1, max_length=4000)]
Short = Annotated[str, Field(min_length=1, max_length=200)]


class Conclusion(StrEnum):
    EFFECTIVE = "effective"
    PARTLY_EFFECTIVE = "partly_effective"
    INEFFECTIVE = "ineffective"


class Referral(StrEnum):
    """``leaders``: stays with the commission's own leaders."""

    DIRECTED_SUPPORT = "directed_support"
    CONSULTATION = "consultation"
    LEADERS = "leaders"


class ProposeMatterIn(RequestModel):
    """A matter to be decided on. ``theme`` is a code, the same for the same kind of problem."""

    title: Short
    basis: Words
    theme: str = Field(pattern=r"^[a-z][a-z0-9_]{1,47}$")
    targets: Words
    measures: list[Short] = Field(default_factory=list, max_length=50)
    scope_units: list[UnitCode] = Field(min_length=1, max_length=200)
    lead_unit: UnitCode | None = None
    co_units: list[UnitCode] = Field(default_factory=list, max_length=50)
    starts_on: date
    ends_on: date
    report_every_days: int = Field(30, ge=1, le=366)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.ends_on < self.starts_on:
            raise FieldRefused("ends_before_start", "结束日期早于开始日期", "ends_on lies before starts_on")
        if len(set(self.scope_units)) != len(self.scope_units):
            raise FieldRefused("duplicate_unit", "同一单位出现两次", "One unit is listed twice")
        return self


class DecideIn(RequestModel):
    """The standing committee's decision."""

    minutes_ref: Short
    decided_on: date
    lead_unit: UnitCode
    co_units: list[UnitCode] = Field(default_factory=list, max_length=50)


class TaskIn(RequestModel):
    unit: UnitCode
    task: Words
    due_on: date


class StartIn(RequestModel):
    """``overlap_reason`` where another matter covers the same."""

    overlap_reason: str | None = Field(None, min_length=1, max_length=2000)


class DiscussIn(RequestModel):
    """A meeting without agenda and minutes is a chat."""

    held_on: date
    agenda: Words
    minutes_ref: Short
    conclusion: Words


class ProgressIn(RequestModel):
    done: Words
    problems: str | None = Field(None, max_length=4000)
    next_steps: str | None = Field(None, max_length=4000)


SupportKind = Literal["audit", "technical_data", "measures", "legal_review", "local_coordination", "information"]


class DifficultyIn(RequestModel):
    """What a unit cannot solve alone, and where it should go; people are asked for by a support request."""

    text: Annotated[str, Field(min_length=1, max_length=2000)]
    referral: Referral
    support_kind: SupportKind = "local_coordination"


class CriterionIn(RequestModel):
    criterion: Short
    score: int = Field(ge=0, le=100)
    evidence_ref: Short


class EvaluateIn(RequestModel):
    """Scored criteria, each with its evidence."""

    criteria: list[CriterionIn] = Field(min_length=1, max_length=50)
    conclusion: Conclusion
    opinion: Words


class CloseIn(RequestModel):
    note: str | None = Field(None, max_length=2000)


class RectifyIn(RequestModel):
    reason: Words


class CarryOverIn(RequestModel):
    ends_on: date
    reason: Words


class ReopenIn(RequestModel):
    reason: Words
    finding_id: UUID | None = None


class RecordOut(ResponseModel):
    id: UUID
    kind: str
    document: dict[str, Any]
    unit: str | None
    recorded_by: str
    recorded_at: datetime


class ReferralOut(ResponseModel):
    """``state``: asking, requested, refused, or announced of old. ``support_id`` is the directed support at the talent
    pool, ``consultation_id`` the consultation, read at ``/v1/consultations/{id}`` by those who take part in it."""

    difficulty_id: UUID
    referral: str
    state: str
    support_id: UUID | None
    consultation_id: UUID | None
    consultation_state: str | None
    refusal_code: str | None


class MatterOut(ResponseModel):
    """A matter. ``light`` is red while progress reports are overdue, yellow where one falls due within a week."""

    id: UUID
    title: str
    basis: str
    theme: str
    targets: str
    measures: list[str]
    owner_unit: str
    lead_unit: str | None
    co_units: list[str]
    scope_units: list[str]
    starts_on: date
    ends_on: date
    report_every_days: int
    state: str
    allowed_moves: list[str]
    conclusion: str | None
    recurrence_of: UUID | None
    recurrences: int
    reports_due: int
    reports_filed: int
    light: str
    proposed_by: str
    started_on: date | None
    closed_on: date | None
    created_at: datetime
    records: list[RecordOut]
    referrals: list[ReferralOut]
    version: int
