"""What callers send and get about rounds."""

from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from chassis.problems import FieldRefused
from chassis.web import RequestModel, ResponseModel
from pydantic import AfterValidator, Field, StringConstraints, model_validator

from inspection_service.assembly.problem import Role

UnitCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{1,47}$")]
RoleCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Tag = Annotated[str, StringConstraints(pattern=r"^\S{1,64}$")]

Level = Literal["central", "province", "city", "county", "township"]
InspectionType = Literal["regular", "special", "mobile", "look_back"]
InspectionMode = Literal["ordinary", "linked", "cross", "elevated"]
PoolKind = Literal["case", "inspection_member", "inspection_leader", "university_backbone", "expert"]
Secrecy = Literal["internal", "confidential", "secret"]
MAX_TARGETS = 200


class DemandIn(RequestModel):
    """How many seats of a role, and what each of those seats asks for."""

    role: Role
    count: int = Field(1, ge=0, le=50)
    tags: list[Tag] = Field(default_factory=list, max_length=20)
    pool_kinds: list[PoolKind] = Field(default_factory=list, max_length=10)


class TargetIn(RequestModel):
    """A unit to be inspected. Without ``demands``: leader 1, deputy_leader 1, liaison 1, member 3."""

    unit_code: UnitCode
    profile: str | None = Field(None, max_length=64, description="rule set, such as `mobile_continuity`")
    demands: list[DemandIn] = Field(default_factory=list, max_length=20)
    secrecy_level: Secrecy = Field("internal", description="clearance that every member of the team needs")


class PastMemberIn(RequestModel):
    """Someone who took part."""

    cadre_id: UUID
    role: RoleCode


class PastTeamIn(RequestModel):
    """The team that inspected a unit in a round that is over."""

    unit_code: UnitCode
    members: list[PastMemberIn] = Field(min_length=1, max_length=100)

    @model_validator(mode="after")
    def _refuse_twice(self) -> Self:
        ids = [member.cadre_id for member in self.members]
        if len(set(ids)) != len(ids):
            raise FieldRefused("duplicate_member", "同一人在同一组中出现两次", "One person is listed twice in one team")
        return self


class PastIn(RequestModel):
    """Makes the round a record of the past: history for continuity."""

    closed_on: date
    teams: list[PastTeamIn] = Field(default_factory=list, max_length=MAX_TARGETS)


def _distinct_targets(targets: list[TargetIn]) -> list[TargetIn]:
    codes = [target.unit_code for target in targets]
    if len(set(codes)) != len(codes):
        raise FieldRefused("duplicate_target", "同一单位出现两次", "One unit is listed twice")
    return targets


RoundDay = Annotated[date, Field(le=date(2199, 12, 31))]
"""A day of a round: deadlines counted from it must be days the calendar has."""


class PlanRoundIn(RequestModel):
    """A round to plan or, with ``past``, to record."""

    title: str = Field(min_length=1, max_length=200)
    level: Level
    type: InspectionType
    mode: InspectionMode
    starts_on: RoundDay
    ends_on: RoundDay
    report_due_days: int = Field(ge=0, le=3650, description="days from the end to the report")
    feedback_due_days: int = Field(ge=0, le=3650, description="days from the end to the feedback")
    targets: Annotated[list[TargetIn], AfterValidator(_distinct_targets)] = Field(
        default_factory=list, max_length=MAX_TARGETS
    )
    past: PastIn | None = None
    theme: str | None = Field(None, min_length=1, max_length=200, description="what a special round is about")
    authority_ref: str | None = Field(
        None, min_length=1, max_length=200, description="the document that authorises a cross or elevated round"
    )
    partner_offices: list[UnitCode] = Field(
        default_factory=list,
        max_length=50,
        description="inspection offices that take part (linked), lend the team (cross), are inspected over (elevated)",
    )
    briefings: Literal["on_request", "required"] = Field(
        "on_request", description="required: each team's authorisation asks the competent offices for a briefing"
    )

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.ends_on < self.starts_on:
            raise FieldRefused("ends_before_start", "结束日期早于开始日期", "ends_on lies before starts_on")
        if self.past is None and not self.targets:
            raise FieldRefused("targets_required", "至少需要一个巡察对象", "At least one target is required")
        if self.past is not None:
            codes = [team.unit_code for team in self.past.teams]
            if len(set(codes)) != len(codes):
                raise FieldRefused("duplicate_target", "同一单位出现两次", "One unit is listed twice")
            if not codes and not self.targets:
                raise FieldRefused("targets_required", "至少需要一个巡察对象", "At least one target is required")
            if self.past.closed_on < self.starts_on:
                raise FieldRefused("closed_before_start", "结束日期早于开始日期", "closed_on lies before starts_on")
        return self


class MoveRoundIn(RequestModel):
    """Nothing is needed to move a round."""


class DemandOut(ResponseModel):
    role: str
    count: int
    tags: list[str]
    pool_kinds: list[str]


class TargetOut(ResponseModel):
    """``team_id`` is the team in charge of the target, if it has one."""

    unit_code: str
    profile: str | None
    demands: list[DemandOut]
    secrecy_level: str
    commission: str
    team_id: UUID | None


class PastMemberOut(ResponseModel):
    cadre_id: UUID
    role: str


class PastTeamOut(ResponseModel):
    unit_code: str
    members: list[PastMemberOut]


class PastOut(ResponseModel):
    closed_on: date
    teams: list[PastTeamOut]


class RoundOut(ResponseModel):
    """A round. ``days`` counts both ends."""

    id: UUID
    title: str
    level: str
    type: str
    mode: str
    starts_on: date
    ends_on: date
    days: int
    report_due_days: int
    feedback_due_days: int
    state: str
    allowed_moves: list[str]
    office_unit: str
    theme: str | None
    authority_ref: str | None
    partner_offices: list[str]
    briefings: str
    look_back_of: UUID | None
    report_due_on: date | None
    feedback_due_on: date | None
    closed_on: date | None
    targets: list[TargetOut]
    past: PastOut | None
    created_by: str
    created_at: datetime
    version: int
