"""What callers send and get about joint case teams."""

from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from chassis.problems import FieldRefused
from chassis.web import RequestModel, ResponseModel
from pydantic import Field, StringConstraints, model_validator

from inspection_service.rounds.schemas import UnitCode

_Reason = Annotated[str, StringConstraints(min_length=1, max_length=2000)]


class JointMemberIn(RequestModel):
    """One person; a secondee supports where subjects are talked to or property is seized."""

    cadre_id: UUID
    role: Literal["leader", "deputy_leader", "member", "specialist"] = "member"


class ProposeJointTeamIn(RequestModel):
    """``lead_office`` answers for it and defaults to the caller's unit; ``zone_code`` adds a zone's units as partners.

    Clues and findings are cited by id; nothing of them is copied.
    """

    lead_office: UnitCode | None = None
    target_units: list[UnitCode] = Field(min_length=1, max_length=20)
    partner_units: list[UnitCode] = Field(default_factory=list, max_length=30)
    zone_code: UnitCode | None = None
    clue_ids: list[UUID] = Field(default_factory=list, max_length=50)
    finding_ids: list[UUID] = Field(default_factory=list, max_length=50)
    authority_ref: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None
    starts_on: date
    ends_on: date
    members: list[JointMemberIn] = Field(min_length=2, max_length=50)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.ends_on < self.starts_on:
            raise FieldRefused("ends_before_start", "结束日期早于开始日期", "ends_on lies before starts_on")
        if len({member.cadre_id for member in self.members}) != len(self.members):
            raise FieldRefused("duplicate_member", "同一人出现两次", "One person is listed twice")
        if [member.role for member in self.members].count("leader") != 1:
            raise FieldRefused("one_leader", "须有且只有一名组长", "Exactly one leader is needed")
        return self


class MoveJointTeamIn(RequestModel):
    """Why, where a move has a reason to give; ``grade`` when the work is evaluated."""

    reason: _Reason | None = None
    grade: Literal["excellent", "good", "fair", "poor"] | None = None


class JointMemberOut(ResponseModel):
    """``source``: office, group, local, university or inspection, once the talent pool has told the home unit.

    ``answer_due_at``: how long the home unit may take to answer; ``given_back_at``: it did not answer in time.
    """

    cadre_id: UUID
    role: str
    home_unit: str | None
    source: str | None
    seat_state: str | None
    is_recused: bool
    answer_due_at: datetime | None
    given_back_at: datetime | None


class JointTeamOut(ResponseModel):
    id: UUID
    lead_office: str
    target_units: list[str]
    partner_units: list[str]
    zone_code: str | None
    clue_ids: list[str]
    finding_ids: list[str]
    authority_ref: str | None
    starts_on: date
    ends_on: date
    state: str
    allowed_moves: list[str]
    secondment_id: UUID | None
    secondment_state: str | None
    refusal_code: str | None
    reason: str | None
    grade: str | None
    members: list[JointMemberOut]
    proposed_by: str
    proposed_at: datetime
    approved_by: str | None
    approved_at: datetime | None
    version: int
