"""Bodies of advice."""

from datetime import date
from typing import Annotated
from uuid import UUID

from chassis.web import RequestModel, ResponseModel
from pydantic import Field

from clue_service.advice.domain import AdviceState, Finding, Kind, Part, Verdict
from clue_service.clues.approval_schemas import ApprovedBy
from clue_service.clues.move_schemas import MoveIn, Reason, UnitCode
from clue_service.clues.vocabulary import SecrecyLevel
from clue_service.proceedings.schemas import LongText, NothingIn, ReasonIn, StepOut


class DraftAdviceIn(RequestModel):
    """A letter. `reply_due_on` is part of it: no general period is known."""

    kind: Kind
    addressed_unit: UnitCode
    title: Annotated[str, Field(min_length=1, max_length=200)]
    problem: LongText
    demands: LongText
    legal_basis: str | None = Field(None, max_length=1000)
    reply_due_on: date
    secrecy_level: SecrecyLevel = SecrecyLevel.INTERNAL
    clue_id: UUID | None = None
    consultation_id: UUID | None = None


class ConsultIn(MoveIn):
    """Who was asked about the draft, and what they said."""

    asked: Annotated[str, Field(min_length=1, max_length=400)]
    opinion: LongText


class ServeIn(MoveIn):
    """The day the letter reached the unit."""

    served_on: date


class TextIn(MoveIn):
    """What is said; `offline_ref` where the issuer records it from paper."""

    text: LongText
    offline_ref: str | None = Field(None, max_length=200)


class ReviewIn(MoveIn):
    """What the issuer finds of the reply. `reply_due_on` goes with `insufficient`."""

    verdict: Verdict
    comment: LongText
    reply_due_on: date | None = None


class ExtendIn(MoveIn):
    """A later day by which to reply."""

    reply_due_on: date
    reason: Reason
    approved_by: ApprovedBy | None = None


class LookBackIn(MoveIn):
    """What is found some time later."""

    finding: Finding
    text: LongText


class ReissueIn(MoveIn):
    """Why the letter is issued anew, and by when that one is to be answered."""

    reason: Reason
    reply_due_on: date


BODIES: dict[str, type[MoveIn]] = {
    "consult": ConsultIn,
    "approve": NothingIn,
    "reject": ReasonIn,
    "withdraw": ReasonIn,
    "serve": ServeIn,
    "acknowledge": NothingIn,
    "plan": TextIn,
    "reply": TextIn,
    "review": ReviewIn,
    "extend": ExtendIn,
    "follow-up": TextIn,
    "close": NothingIn,
    "look-back": LookBackIn,
    "reissue": ReissueIn,
}


class AdviceOut(ResponseModel):
    """A letter with what was said about it. `clue_id` is for those who may see the clue."""

    id: UUID
    kind: Kind
    state: AdviceState
    version: int
    title: str
    problem: str
    demands: str
    legal_basis: str | None
    secrecy_level: SecrecyLevel
    issuing_unit: str
    addressed_unit: str
    clue_id: UUID | None
    consultation_id: UUID | None
    reissue_of: UUID | None
    reply_due_on: date
    served_on: date | None
    replied_on: date | None
    closed_on: date | None
    times_returned: int
    is_overdue: bool
    my_parts: list[Part]
    allowed_moves: list[str]
    steps: list[StepOut] = Field(description="since the letter was served; before that, for the issuing side only")


class AdviceLineOut(ResponseModel):
    """A letter as an inspection sees it: who wrote when and what became of it, never what it says."""

    id: UUID
    kind: Kind
    state: AdviceState
    issuing_unit: str
    addressed_unit: str
    served_on: date
    reply_due_on: date
    replied_on: date | None
    closed_on: date | None
    times_returned: int
    secrecy_level: SecrecyLevel
