"""Rules of clocks and calendars over HTTP."""

from datetime import date, datetime
from typing import Annotated, Literal, Self

from chassis.problems import FieldRefused
from chassis.web import RequestModel, ResponseModel
from pydantic import Field, model_validator

from clue_service.clues.schemas import ApprovalOut
from clue_service.deadlines.domain import Anchor, DueRule, Level

Role = Literal["leader", "principal_leader", "deputy_leader"]
Small = Annotated[int, Field(ge=0, le=400)]


class ExtensionStepIn(RequestModel):
    """Who grants an extension: one of the roles, of the commission that owes or of the one that was assigned."""

    roles: list[Role] = Field(min_length=1, max_length=3)
    level: Level = Level.OWN
    months: int | None = Field(None, ge=1, le=60, description="At most so many months; null: as long as is asked")


class DueRuleIn(RequestModel):
    """Another version. Limits are in months and days, or in working days; the anchor of a rule does not change."""

    months: Small = 0
    days: Small = 0
    working_days: Small = 0
    extensions: list[ExtensionStepIn] = Field(default_factory=list, max_length=10)
    pause_roles: list[Role] = Field(default_factory=list, max_length=3)
    source: str = Field(min_length=1, max_length=200, description="The article it rests on")
    reason: str = Field(min_length=1, max_length=1000)
    valid_from: date = Field(ge=date(2000, 1, 1), description="Counts clocks that start on this day or later")

    @model_validator(mode="after")
    def _has_one_length(self) -> Self:
        if bool(self.working_days) == bool(self.months or self.days):
            raise FieldRefused(
                "one_length",
                "期限须为月、日或工作日之一且不得为零",
                "Give either months and days, or working days, and not nothing",
            )
        return self


class ExtensionStepOut(ResponseModel):
    """Who grants an extension."""

    roles: list[str]
    level: Level
    months: int | None


class DueRuleOut(ResponseModel):
    """One version of a rule."""

    name: str
    version: int
    months: int
    days: int
    working_days: int
    anchor: Anchor
    source: str
    extensions: list[ExtensionStepOut] = Field(description="First, second, … extension; the last step repeats")
    pause_roles: list[str]
    valid_from: date | None = Field(description="Null for the first version: it counts from ever")


class DueRuleHistory(DueRuleOut):
    """The last version of a rule, and all before it."""

    versions: list[DueRuleOut]


class DueRuleList(ResponseModel):
    """The last version of every rule, by name."""

    items: list[DueRuleOut]
    next_cursor: None = None


def rule_out(rule: DueRule) -> DueRuleOut:
    """A version as callers see it."""
    steps = [ExtensionStepOut(roles=sorted(one.roles), level=one.level, months=one.months) for one in rule.extensions]
    return DueRuleOut(
        name=rule.name,
        version=rule.version,
        months=rule.months,
        days=rule.days,
        working_days=rule.working_days,
        anchor=rule.anchor,
        source=rule.source,
        extensions=steps,
        pause_roles=sorted(rule.pause_roles),
        valid_from=None if rule.valid_from == date.min else rule.valid_from,
    )


class CalendarYearIn(RequestModel):
    """A year's working days where they differ from Monday to Friday, as the State Council's notice says."""

    off_days: list[date] = Field(max_length=100, description="Holidays; weekends need not be listed")
    workdays: list[date] = Field(max_length=60, description="Saturdays and Sundays that are worked (make-up workdays)")
    notice_ref: str = Field(min_length=1, max_length=200)

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if set(self.off_days) & set(self.workdays):
            raise FieldRefused("both", "同一天不能既休又班", "A day is either off or worked")
        if any(day.weekday() < 5 for day in self.workdays):
            raise FieldRefused("no_weekend", "调休上班日须为周六或周日", "A make-up workday is a Saturday or Sunday")
        return self


class CalendarYearOut(ResponseModel):
    """A year that people wrote; it comes before the published calendar that the platform brings."""

    year: int
    off_days: list[date]
    workdays: list[date]
    notice_ref: str
    written_by: str
    written_at: datetime
    version: int


class CalendarList(ResponseModel):
    """The years that people wrote, earliest first."""

    items: list[CalendarYearOut]
    next_cursor: None = None


class ClockChangeOut(ResponseModel):
    """A pause or an extension of a clue's clock."""

    kind: Literal["pause", "extension"]
    rule: str
    since: date = Field(description="First day of the pause, or the day it was granted")
    until: date | None = Field(description="The day it went on, or the later end; null while a pause lasts")
    ground: str | None
    reason: str
    approval: ApprovalOut = Field(description="Who granted it; empty once the clue's content is erased")
    recorded_by: str
    recorded_at: datetime


class ClockChangeList(ResponseModel):
    """Pauses and extensions, oldest first."""

    items: list[ClockChangeOut]
    next_cursor: None = None
