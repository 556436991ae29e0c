"""Searches for candidates and what they find."""

from typing import Literal, Self
from uuid import UUID

from chassis.problems import FieldRefused
from chassis.web import RequestModel, ResponseModel
from pydantic import Field, model_validator

from personnel_pool_service.appraisals.domain import AppraisalGrade
from personnel_pool_service.cadres.domain import ACTIVE, EXITED, SUSPENDED, Criteria
from personnel_pool_service.cadres.schemas import CadreItem, DemandIn, PeriodIn
from personnel_pool_service.recusals.schemas import TargetIn
from personnel_pool_service.vocabulary import Gender, Label, PoolKind, Rank, Role, Tag, UnitCode


class CadreSearch(RequestModel):
    """What is looked for; all that is given must hold."""

    name: Label | None = Field(None, description="Part of the name")
    text: Label | None = Field(None, description="Part of the name or of a post, or a tag")
    tags: list[Tag] = Field(default_factory=list, max_length=20, description="All of these")
    pool_kinds: list[PoolKind] = Field(default_factory=list, max_length=5, description="One of these")
    home_units: list[UnitCode] = Field(default_factory=list, max_length=500, description="One of these")
    ranks: list[Rank] = Field(default_factory=list, max_length=8, description="One of these")
    gender: Gender | None = None
    party_member: bool | None = None
    cadre_ids: list[UUID] = Field(default_factory=list, max_length=5_000)
    demands: list[DemandIn] = Field(default_factory=list, max_length=20, description="Fit for at least one of these")
    period: PeriodIn | None = None
    available_only: bool = Field(
        default=False, description="Only active cadres, with a period only those free in all of it"
    )
    include_exited: bool = False
    limit: int = Field(50, ge=1, le=2_000, description="At most 200 for people, 2,000 for services")
    cursor: str | None = None

    def to_criteria(self) -> Criteria:
        """The search as the repository runs it."""
        return Criteria(
            name=self.name,
            text=self.text,
            tags=tuple(self.tags),
            pool_kinds=tuple(kind.value for kind in self.pool_kinds),
            home_units=tuple(self.home_units),
            ranks=tuple(rank.value for rank in self.ranks),
            gender=self.gender.value if self.gender else None,
            party_member=self.party_member,
            statuses=(ACTIVE, SUSPENDED, EXITED) if self.include_exited else (ACTIVE, SUSPENDED),
            cadre_ids=tuple(self.cadre_ids),
            demands=tuple(demand.to_domain() for demand in self.demands),
            period=self.period.to_domain() if self.period else None,
            is_available=self.available_only,
        )


class CandidateSearch(CadreSearch):
    """What is looked for; all that is given must hold. With ``explain`` every rule answers for every candidate."""

    explain: bool = Field(default=False, description="Answer for each rule whether it lets the candidate come, and why")
    targets: list[TargetIn] = Field(
        default_factory=list, max_length=40, description="Units or clues to be dealt with; answers recusal verdicts"
    )
    role: Role | None = Field(None, description="Seat the recusal verdicts are about")

    @model_validator(mode="after")
    def _role_belongs_to_targets(self) -> Self:
        if self.role is not None and not self.targets:
            raise FieldRefused("role_without_targets", "席位须与对象同时给出", "A role is asked about with targets")
        return self


class RuleOut(ResponseModel):
    """One rule: standing, demand:<role>, period, time_at_home, home_unit_quota, or recusal at a target."""

    rule: str
    ok: bool
    verdict: Literal["block", "review", "info", "clear"] | None = None
    reason: str | None = Field(description="A code, such as double_booked, tags_missing or personal_ground")
    detail: list[str] = Field(description="What is missing or asked about, by code")


class CandidateItem(CadreItem):
    """A candidate, with the verdict of each rule if it was asked for."""

    rules: list[RuleOut] | None = None
    last_grade: AppraisalGrade | None = Field(
        None, description="Grade of the latest appraisal; only services are told, null also where there is none"
    )
    eligible: bool | None = Field(None, description="No rule stands in the way; null where no rule was asked for")
