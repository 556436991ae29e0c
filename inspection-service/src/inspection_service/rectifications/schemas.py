"""What callers send and get about rectification items."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from chassis.web import RequestModel, ResponseModel
from pydantic import Field, StringConstraints

from inspection_service.evidence_references.schemas import EvidenceIn

_Words = Annotated[str, StringConstraints(min_length=1, max_length=10_000)]
_Reason = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
SelfStatus = Literal["done", "basically_done", "not_done"]


class AssignItemIn(RequestModel):
    """``problem`` is what the unit reads; without ``due_on`` the usual months count from today."""

    problem: _Words
    kind: Literal["ordinary", "immediate_fix"] = "ordinary"
    due_on: date | None = None


class PlanIn(RequestModel):
    """How the unit means to put it right, which post answers for it, and by when."""

    measure: _Words
    responsible_post: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None
    planned_on: date | None = None


class SubmitIn(RequestModel):
    """The unit's report on itself."""

    self_status: SelfStatus = "done"
    report: _Words
    evidence: list[EvidenceIn] = Field(default_factory=list, max_length=50)


class VerifyIn(RequestModel):
    """What the check found; the unit reads the verdict, not the note."""

    verdict: Literal["done", "basically_done"] = "done"
    note: _Words | None = None
    evidence: list[EvidenceIn] = Field(default_factory=list, max_length=50)


class NewDateIn(RequestModel):
    """Why, and the new date. The unit reads the reason."""

    reason: _Reason
    due_on: date


class MarkFalselyReportedIn(RequestModel):
    """``accountability_ref`` names the document by which somebody is held to account."""

    reason: _Reason
    accountability_ref: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None


class MoveItemIn(RequestModel):
    """Nothing is needed."""


class ItemOut(ResponseModel):
    """One item. ``finding_id``, ``verification``, ``verified_by`` and ``accountability_ref`` are not for the unit."""

    id: UUID
    round_id: UUID
    finding_id: UUID | None
    unit_code: str
    office_unit: str
    kind: str
    category: str
    severity: str
    problem: str
    state: str
    allowed_moves: list[str]
    is_overdue: bool
    due_on: date
    due_at: datetime
    first_due_on: date
    measure: str | None
    responsible_post: str | None
    planned_on: date | None
    self_status: str | None
    report: str | None
    submitted_at: datetime | None
    verdict: str | None
    verification: str | None
    verified_by: str | None
    signed_off_at: datetime | None
    office_reason: str | None
    accountability_ref: str | None
    times_returned: int
    times_extended: int
    assigned_at: datetime
    version: int
