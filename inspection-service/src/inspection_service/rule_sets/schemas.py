"""What callers send and get about rule sets."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from chassis.web import RequestModel, ResponseModel
from pydantic import Field

from inspection_service.assembly.roles import Role
from inspection_service.assembly.rule_set import MOST_RULES, Condition, RuleSetKind
from inspection_service.rule_sets.domain import RuleSetStatus

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,47}$")]


class TitleIn(RequestModel):
    """What a rule asks for, as a reader is told."""

    zh: str = Field(min_length=1, max_length=200)
    en: str = Field(min_length=1, max_length=300)


class RuleIn(RequestModel):
    """At least ``at_least`` people in these seats meet the condition."""

    name: Name
    title: TitleIn
    seats: list[Role] = Field(min_length=1, max_length=len(Role))
    widen_if_few: bool = Field(False, description="fewer than two such seats: every seat that is not a chief's counts")
    condition: Condition
    at_least: int = Field(1, ge=1, le=100)
    weight: int = Field(10, ge=10, le=19, description="where not all rules can hold; two always outweigh one")


class DraftRuleSetIn(RequestModel):
    """A version to be. A profile has ``rules``; the rule set ``weights`` has ``weights``."""

    kind: RuleSetKind
    name: Name
    rules: list[RuleIn] = Field(default_factory=list, max_length=MOST_RULES)
    most_from_one_unit: int | None = Field(None, ge=1, le=100, description="people of one home unit in one team")
    weights: dict[Annotated[str, Field(max_length=64)], float] | None = Field(None, max_length=50)
    note: str | None = Field(None, max_length=2000)


class EditRuleSetIn(RequestModel):
    """What to change of a draft; what is left out stays."""

    rules: list[RuleIn] | None = Field(None, max_length=MOST_RULES)
    most_from_one_unit: int | None = Field(None, ge=1, le=100)
    weights: dict[Annotated[str, Field(max_length=64)], float] | None = Field(None, max_length=50)
    note: str | None = Field(None, max_length=2000)


class NothingIn(RequestModel):
    """A move that needs nothing said."""


class RuleSetOut(ResponseModel):
    """One version. ``office_unit`` None: built in."""

    id: UUID
    office_unit: str | None
    kind: RuleSetKind
    name: str
    number: int
    status: RuleSetStatus
    rules: list[dict[str, Any]]
    most_from_one_unit: int | None
    weights: dict[str, float]
    digest: str
    note: str | None
    drafted_by: str | None
    decided_by: str | None
    created_at: datetime | None
    in_force_at: datetime | None
    retired_at: datetime | None
    allowed_moves: list[str]
    version: int
