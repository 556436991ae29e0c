"""Searches for candidates and what they find."""

from typing import Literal, Self

from chassis.problems import FieldRefused
from chassis.web import ResponseModel
from pydantic import Field, model_validator

from personnel_pool_service.cadres.schemas import CadreItem, CadreSearch
from personnel_pool_service.recusals.schemas import TargetIn
from personnel_pool_service.vocabulary import Role


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
    eligible: bool | None = Field(None, description="No rule stands in the way; null where no rule was asked for")
