"""Secondments as callers write and read them."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from chassis.problems import FieldRefused
from chassis.web import RequestModel, ResponseModel
from pydantic import Field, StringConstraints, field_validator, model_validator

from personnel_pool_service.cadres.schemas import PeriodIn
from personnel_pool_service.recusals.schemas import TargetIn
from personnel_pool_service.secondments.domain import Evaluation, Member, Replacement, SeatState
from personnel_pool_service.secondments.models import EvaluationRow, SeatRow
from personnel_pool_service.secondments.policy import Reach
from personnel_pool_service.secondments.postings import Posting
from personnel_pool_service.vocabulary import Day, Label, Remark, Role, Storable

Reference = Annotated[str, StringConstraints(pattern=r"^[^\s\x00]{1,200}$"), Storable]


class Status(StrEnum):
    """Where a secondment stands."""

    REQUESTED = "requested"
    REPLACEMENT_WANTED = "replacement_wanted"
    APPROVED = "approved"
    ACTIVE = "active"
    RECALLED = "recalled"
    ENDED = "ended"
    EVALUATED = "evaluated"


class MemberIn(RequestModel):
    """Whom, for which seat."""

    cadre_id: UUID
    role: Role


class SecondmentIn(RequestModel):
    """A group to be lent together, reserved at once."""

    purpose: Label = Field(description="A code or a few words; only a code leaves the pool with events")
    request_ref: Reference = Field(
        description="Whom it is for, such as `team:<id>`; `support:<id>` is written by placing for a request"
    )
    period: PeriodIn
    members: list[MemberIn] = Field(min_length=1, max_length=200)
    targets: list[TargetIn] = Field(
        default_factory=list, max_length=50, description="Units or clues the group will deal with; recusals are checked"
    )

    @field_validator("request_ref")
    @classmethod
    def _not_of_support(cls, value: str) -> str:
        if value.startswith("support:"):
            raise FieldRefused(
                "made_by_placing", "请通过支援申请安排人员", "Place people for the support request instead"
            )
        return value

    def to_members(self) -> list[Member]:
        """The members as the rules see them."""
        return [Member(one.cadre_id, one.role) for one in self.members]


class ApproveIn(RequestModel):
    """Consent for the caller's own unit's people; for some of them if they are named."""

    cadre_ids: list[UUID] | None = Field(None, min_length=1, max_length=200)
    note: Remark | None = None


class RefuseIn(RequestModel):
    """A refusal for the caller's own unit's people, with the reason; for some of them if they are named."""

    reason: Remark | None = None
    cadre_ids: list[UUID] | None = Field(None, min_length=1, max_length=200)


class RecallIn(RequestModel):
    """Everybody the caller may call back, or those who are named."""

    reason: Remark | None = None
    cadre_ids: list[UUID] | None = Field(None, min_length=1, max_length=200)


class ReplacementIn(RequestModel):
    """Who takes the freed seat of whom; without ``replaces``, a seat of ``role`` that nobody sat in."""

    replaces: UUID | None = None
    cadre_id: UUID
    role: Role | None = Field(None, description="Needed without `replaces`; otherwise the freed seat's role stays")

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.replaces is None) == (self.role is None):
            raise FieldRefused(
                "replaces_or_role", "须且仅须指明接替何人或担任何职", "Name whom they replace, or their role"
            )
        return self


class ReplaceIn(RequestModel):
    """Whom to ask instead."""

    members: list[ReplacementIn] = Field(min_length=1, max_length=200)

    def to_replacements(self) -> list[Replacement]:
        """The replacements as the rules see them."""
        return [Replacement(one.replaces, one.cadre_id, one.role) for one in self.members]


class ExtendIn(RequestModel):
    """The new last day."""

    last: Day = Field(alias="to")
    reason: Remark | None = None


class NothingIn(RequestModel):
    """A move that needs nothing said."""

    reason: Remark | None = None


class Grade(StrEnum):
    """How somebody did."""

    EXCELLENT = "excellent"
    COMPETENT = "competent"
    BASICALLY_COMPETENT = "basically_competent"
    NOT_COMPETENT = "not_competent"


class EvaluationIn(RequestModel):
    """What the using unit says about somebody."""

    cadre_id: UUID
    grade: Grade
    comment: Remark | None = None


class EvaluateIn(RequestModel):
    """The written evaluations; nobody needs to be left without one, but may be."""

    evaluations: list[EvaluationIn] = Field(default_factory=list, max_length=200)

    def to_evaluations(self) -> list[Evaluation]:
        """The evaluations as the rules see them."""
        return [Evaluation(one.cadre_id, one.grade.value, one.comment) for one in self.evaluations]


class PeriodOut(ResponseModel):
    """Days, both included."""

    first: Annotated[date, Field(serialization_alias="from")]
    last: Annotated[date, Field(serialization_alias="to")]


class EvaluationOut(ResponseModel):
    """For those who run the pool."""

    grade: str
    comment: str | None


class MemberOut(ResponseModel):
    """A seat and who fills it. A refused or recalled one waits for a replacement."""

    cadre_id: UUID
    role: str
    home_unit: str
    state: str
    reason: str | None
    evaluation: EvaluationOut | None = None


class SecondmentOut(ResponseModel):
    """One secondment. Home units see their own people's seats only."""

    id: UUID
    purpose: str
    request_ref: str
    period: PeriodOut
    status: str
    state: str = Field(description="The same as `status`, under the name the events use")
    members: list[MemberOut]
    requested_by: str
    version: int
    created_at: datetime
    updated_at: datetime


def out_of(posting: Posting, reach: Reach, evaluations: dict[UUID, EvaluationRow] | None = None) -> SecondmentOut:
    """A secondment as a reader with this reach sees it."""
    row = posting.row
    shown = [
        _member(seat, (evaluations or {}).get(seat.id))
        for seat in posting.seats
        if seat.state != SeatState.REPLACED and (reach.sees is None or seat.home_unit in reach.sees)
    ]
    return SecondmentOut(
        id=row.id,
        purpose=row.purpose,
        request_ref=row.request_ref,
        period=PeriodOut(first=row.period_from, last=row.period_to),
        status=row.status,
        state=row.status,
        members=shown,
        requested_by=row.requested_by,
        version=row.version,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _member(seat: SeatRow, evaluation: EvaluationRow | None) -> MemberOut:
    return MemberOut(
        cadre_id=seat.cadre_id,
        role=seat.role,
        home_unit=seat.home_unit,
        state=seat.state,
        reason=seat.reason,
        evaluation=EvaluationOut.model_validate(evaluation) if evaluation else None,
    )
