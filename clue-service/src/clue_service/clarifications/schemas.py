"""Bodies of clarifications."""

from datetime import date, datetime
from typing import Self
from uuid import UUID

from chassis.problems import FieldRefused
from chassis.web import RequestModel, ResponseModel
from pydantic import Field, model_validator

from clue_service.clarifications.domain import ClarificationState, Form, Part
from clue_service.clues.approval_schemas import ApprovedBy
from clue_service.clues.move_schemas import MoveIn
from clue_service.proceedings.schemas import LongText, NothingIn, ReasonIn, StepOut


class AssessIn(RequestModel):
    """Whom an untrue report harmed, how, and how that is to be set right. Who reported has no place here."""

    clue_id: UUID
    subject_id: UUID
    harm: LongText
    scope: LongText = Field(description="Before whom it is said")
    forms: list[Form] = Field(min_length=1, max_length=4)
    is_across: bool = Field(False, description="Several departments take part: ten working days a step")

    @model_validator(mode="after")
    def _written_one_too(self) -> Self:
        if Form.WRITTEN not in self.forms:
            raise FieldRefused("written_one_too", "须同时有书面澄清", "A written one is always among the forms")
        return self


class ApproveIn(MoveIn):
    """`approved_by` records an approval given on paper."""

    approved_by: ApprovedBy | None = None


class CarryOutIn(MoveIn):
    """Which form was carried out when."""

    form: Form
    carried_out_on: date
    note: LongText | None = None


class RevisitIn(MoveIn):
    """What a later visit showed."""

    visited_on: date
    found: LongText


BODIES: dict[str, type[MoveIn]] = {
    "approve": ApproveIn,
    "reject": ReasonIn,
    "carry-out": CarryOutIn,
    "revisit": RevisitIn,
    "close": NothingIn,
    "withdraw": ReasonIn,
}


class ClarificationOut(ResponseModel):
    """A clarification. `clue_id` and `subject_id` are for those who may see the clue."""

    id: UUID
    state: ClarificationState
    version: int
    clue_id: UUID | None
    subject_id: UUID | None
    commission: str
    handling_unit: str
    secrecy_level: str
    harm: str
    scope: str
    forms: list[Form]
    carried_out: list[Form]
    is_across: bool
    drafted_at: datetime
    due_at: datetime | None
    is_overdue: bool
    my_parts: list[Part]
    allowed_moves: list[str]
    steps: list[StepOut]
