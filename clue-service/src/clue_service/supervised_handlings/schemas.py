"""Bodies of supervised handling."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from chassis.web import RequestModel, ResponseModel
from pydantic import Field

from clue_service.clues.approval_schemas import ApprovedBy
from clue_service.clues.move_schemas import MoveIn, Reason, UnitCode
from clue_service.clues.vocabulary import SecrecyLevel
from clue_service.proceedings.schemas import LongText, NothingIn, ReasonIn, StepOut
from clue_service.supervised_handlings.domain import Method, OrderState, Part, Trigger, Verdict


class ProposeOrderIn(RequestModel):
    """Whom to press for what, and why."""

    trigger: Trigger
    method: Method
    target_unit: UnitCode
    demand: LongText
    secrecy_level: SecrecyLevel = SecrecyLevel.INTERNAL
    clue_id: UUID | None = None


class ApproveIn(MoveIn):
    """`approved_by` records an approval given on paper."""

    approved_by: ApprovedBy | None = None


class DueIn(MoveIn):
    """By when a report is due."""

    due_on: date


class ExtendIn(MoveIn):
    """A later day, and why."""

    due_on: date
    reason: Reason


class TextIn(MoveIn):
    """What is said."""

    text: LongText


class ReviewIn(MoveIn):
    """What the orderer finds. `due_on` goes with `returned`."""

    verdict: Verdict
    comment: LongText
    due_on: date | None = None


class EscalateIn(MoveIn):
    """To which unit above, and why."""

    to_unit: UnitCode
    reason: Reason

    def unit_pointers(self) -> Mapping[str, str | None]:
        """The superior."""
        return {"/to_unit": self.to_unit}


BODIES: dict[str, type[MoveIn]] = {
    "approve": ApproveIn,
    "reject": ReasonIn,
    "withdraw": ReasonIn,
    "issue": DueIn,
    "acknowledge": NothingIn,
    "note-progress": TextIn,
    "press": TextIn,
    "extend": ExtendIn,
    "report": TextIn,
    "review": ReviewIn,
    "escalate": EscalateIn,
    "close": NothingIn,
}


class OrderOut(ResponseModel):
    """An order with what was said about it. `clue_id` is for those who may see the clue."""

    id: UUID
    state: OrderState
    version: int
    trigger: Trigger
    method: Method
    demand: str
    secrecy_level: SecrecyLevel
    ordering_unit: str
    target_unit: str
    clue_id: UUID | None
    due_on: date | None
    reported_on: date | None
    times_returned: int
    times_pressed: int
    escalated_to: str | None
    is_overdue: bool
    my_parts: list[Part]
    allowed_moves: list[str]
    steps: list[StepOut] = Field(description="since the order was issued; before that, for the ordering side only")
