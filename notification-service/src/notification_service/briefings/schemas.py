"""Bodies of briefings."""

from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from chassis.identity import Clearance
from chassis.problems import FieldRefused
from chassis.web import RequestModel, ResponseModel
from pydantic import Field, StringConstraints, model_validator

from notification_service.briefings.domain import MOST_CHARACTERS, BriefingState, Kind, Origin, Part

UnitCode = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Title = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=MOST_CHARACTERS)]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=1_000)]
Role = Literal[
    "intake_officer", "case_supervisor", "handler", "leader", "principal_leader", "deputy_leader", "org_department",
    "inspection_office", "inspector", "pool_manager", "home_unit_approver",
]  # fmt: skip


class RecipientIn(RequestModel):
    """A `person`; a `unit`, which acknowledges once; or everybody who holds a `role` in a unit, and with `below` in the
    units below it."""

    person: Annotated[str, StringConstraints(min_length=1, max_length=255)] | None = None
    unit: UnitCode | None = None
    role: Role | None = None
    below: bool = False

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        is_whole = (self.person is None) != (self.unit is None) and (self.role is None or self.unit is not None)
        if not is_whole or (self.below and self.role is None):
            raise FieldRefused(
                "one_recipient",
                "须为人员、单位，或单位中的角色之一",
                "Name a person, a unit, or a role in a unit",
            )
        return self


class BriefingIn(RequestModel):
    """A draft. `ack_due_on`: by when it is to be acknowledged; the platform's general period where it is left out."""

    kind: Kind
    title: Title
    text: Text
    secrecy_level: Clearance = "internal"
    period_from: date | None = None
    period_to: date | None = None
    scope_units: list[UnitCode] = Field(default_factory=list, max_length=100)
    recipients: list[RecipientIn] = Field(min_length=1, max_length=500)
    ack_due_on: date | None = None

    @model_validator(mode="after")
    def _is_a_period(self) -> Self:
        if self.period_from is not None and self.period_to is not None and self.period_to < self.period_from:
            raise FieldRefused("period_reversed", "期间起止颠倒", "The period ends before it begins")
        return self


class AcknowledgeIn(RequestModel):
    """The edition you have read."""

    edition: int = Field(ge=1, le=32_000)


class CorrectIn(RequestModel):
    """Another edition, and why. Everybody acknowledges it anew; recipients by role are worked out anew."""

    title: Title
    text: Text
    reason: Reason
    ack_due_on: date | None = None


class WithdrawIn(RequestModel):
    """Why recipients are to disregard it."""

    reason: Reason


class BriefingOut(ResponseModel):
    """A briefing as your part shows it. Only issuers and recipients read `title`, `text` and reasons."""

    id: UUID
    kind: Kind
    state: BriefingState
    version: int
    edition: int = Field(description="0 until it is issued; each correction is another one")
    issuing_unit: str
    secrecy_level: Clearance
    period_from: date | None
    period_to: date | None
    scope_units: list[str]
    title: str | None
    text: str | None
    correction_reason: str | None
    recall_reason: str | None
    recipients: list[RecipientIn] | None = Field(description="as they were named; for issuers")
    recipient_count: int | None = Field(description="for issuers")
    open_count: int | None = Field(description="how many have not acknowledged; for issuers")
    drafted_by: str | None = Field(description="for issuers")
    reviewed_by: str | None = Field(description="for issuers")
    drafted_at: datetime
    issued_at: datetime | None
    ack_due: datetime | None
    escalate_at: datetime | None = Field(description="when leaders are told who has not acknowledged")
    my_parts: list[Part]
    acknowledged_at: datetime | None = Field(description="when you, or your unit, acknowledged this edition")
    allowed_moves: list[str]


class BriefingLineOut(ResponseModel):
    """A briefing in a list."""

    id: UUID
    kind: Kind
    state: BriefingState
    version: int
    edition: int
    issuing_unit: str
    secrecy_level: Clearance
    title: str | None
    drafted_at: datetime
    issued_at: datetime | None
    ack_due: datetime | None
    recipient_count: int | None
    open_count: int | None
    my_parts: list[Part]
    acknowledged_at: datetime | None


class BriefingRecipientOut(ResponseModel):
    """Who has to acknowledge, and whether they have. `sub` null: one person of the unit acknowledges for it."""

    id: UUID
    origin: Origin
    sub: str | None
    unit: str
    has_acknowledged: bool = Field(description="the present edition")
    acknowledged_by: str | None
    acknowledged_at: datetime | None
    acknowledged_edition: int = Field(description="the last one; 0: none yet")
