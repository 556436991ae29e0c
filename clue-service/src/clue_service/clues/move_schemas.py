"""Payloads of the moves."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from chassis.problems import FieldRefused
from chassis.web import RequestModel
from contracts.envelope import Sub
from pydantic import Field, model_validator

from clue_service.clues.approval_schemas import ApprovedBy
from clue_service.clues.states import AssignDownGround, DeclineGround, Method, Outcome

UnitCode = Annotated[str, Field(min_length=1, max_length=64)]
LATEST = date(2999, 12, 31)
"""A clock that ended on the last day of the calendar could not be moved on by a pause."""
Reason = Annotated[str, Field(min_length=1, max_length=4000)]
SAID = frozenset({"ground", "reason", "commission", "lead_unit", "co_units", "members", "held_on"})
"""What a step says that the next one would wipe out, or that is kept nowhere else."""


class MoveIn(RequestModel):
    """Parent of the payloads."""

    def unit_pointers(self) -> Mapping[str, str | None]:
        """The unit codes in the payload by JSON pointer: they must be in the directory."""
        return {}

    def approver_sub(self) -> str | None:
        """The person who is named as approver, where one is."""
        named = getattr(self, "approved_by", None)
        return named if isinstance(named, str) else None

    def said(self) -> dict[str, Any]:
        """What is kept with the step and read in the timeline."""
        return self.model_dump(mode="json", include=set(SAID), exclude_none=True)


class AcceptIn(MoveIn):
    """Nothing is asked."""


class ArchiveIn(MoveIn):
    """Nothing is asked."""


class AssignIn(MoveIn):
    """Who handles the clue. Without `members`, all handlers of the lead and co units do."""

    lead_unit: UnitCode
    co_units: list[UnitCode] = Field(default_factory=list, max_length=20)
    members: list[Sub] | None = Field(None, max_length=50)
    approved_by: ApprovedBy

    def unit_pointers(self) -> Mapping[str, str | None]:
        """Lead and co units."""
        return {"/lead_unit": self.lead_unit, **{f"/co_units/{n}": code for n, code in enumerate(self.co_units)}}


class ChangeMembersIn(MoveIn):
    """Who handles the clue from now on. An empty list means all handlers of the lead and co units."""

    members: list[Sub] = Field(max_length=50)
    reason: Reason
    approved_by: ApprovedBy | None = None


class DeclineIn(MoveIn):
    """Why the report is not accepted."""

    ground: DeclineGround
    reason: Reason


class HandOverIn(MoveIn):
    """Where a clue goes: a unit of the directory, or a body outside the platform by name."""

    to_unit: UnitCode | None = None
    to_body: str | None = Field(None, min_length=1, max_length=200)
    reason: Reason
    legal_basis: str | None = Field(None, max_length=1000)
    approved_by: ApprovedBy | None = None

    @model_validator(mode="after")
    def _goes_to_one(self) -> "HandOverIn":
        if (self.to_unit is None) == (self.to_body is None):
            raise FieldRefused("one_recipient", "须指明 to_unit 或 to_body 其一", "Name either to_unit or to_body")
        return self

    def unit_pointers(self) -> Mapping[str, str | None]:
        """The recipient."""
        return {"/to_unit": self.to_unit}


class TransferIn(HandOverIn):
    """As ``HandOverIn``; the result comes back, by ``result_due`` where one is set."""

    approved_by: ApprovedBy
    result_due: date | None = None


class AssignDownIn(MoveIn):
    """To which body below, and why it is not just forwarded."""

    to_unit: UnitCode
    ground: AssignDownGround
    reason: Reason
    legal_basis: str | None = Field(None, max_length=1000)
    approved_by: ApprovedBy

    def unit_pointers(self) -> Mapping[str, str | None]:
        """The recipient."""
        return {"/to_unit": self.to_unit}


class RecallIn(MoveIn):
    """Why it is taken back."""

    reason: Reason


class PartIn(RequestModel):
    """What becomes a clue of its own. Without ``subject_ids`` it is about all subjects."""

    allegation_ids: list[UUID] = Field(min_length=1, max_length=50)
    subject_ids: list[UUID] | None = Field(None, max_length=50)
    summary: str | None = Field(None, max_length=100_000)


class SplitIn(MoveIn):
    """The parts that leave; at least one allegation stays."""

    parts: list[PartIn] = Field(min_length=1, max_length=20)
    reason: Reason


class SealIn(MoveIn):
    """Why it is sealed: codes of the rule, not what the clue says."""

    reason: Reason


class ReturnIn(MoveIn):
    """Why the clue goes back."""

    reason: Reason
    approved_by: ApprovedBy | None = None


class ProposeDispositionIn(MoveIn):
    """How to go on, and why."""

    method: Method
    reason: Reason
    plan: str | None = Field(None, max_length=20_000)


class DecideDispositionIn(MoveIn):
    """A decision on the proposal; `approved_by` records an approval given on paper."""

    reason: Reason | None = None
    approved_by: ApprovedBy | None = None


class RecordResultIn(MoveIn):
    """What the check came to, and who approved that, where it takes an approval."""

    outcome: Outcome
    four_forms: int | None = Field(None, ge=1, le=4)
    note: str | None = Field(None, max_length=20_000)
    approved_by: ApprovedBy | None = None

    @model_validator(mode="after")
    def _first_form_is_the_first(self) -> "RecordResultIn":
        if self.outcome is Outcome.FIRST_FORM and self.four_forms not in (None, 1):
            raise FieldRefused("four_forms_mismatch", "第一种形态对应 four_forms=1", "first_form is form 1")
        return self


class RecordTalkIn(MoveIn):
    """When a talk was held. What was said belongs to the file."""

    held_on: date = Field(description="The day of the talk; it is not counted itself")


class RetainAsRepeatIn(MoveIn):
    """The clue this one repeats."""

    first_clue_id: UUID
    reason: Reason | None = None


class ReopenIn(MoveIn):
    """New evidence, and the check that is proposed for it."""

    reason: Reason
    method: Method = Method.PRELIMINARY_VERIFICATION
    plan: str | None = Field(None, max_length=20_000)
    approved_by: ApprovedBy | None = None


class ExtendIn(MoveIn):
    """A later end of the running clock."""

    until: date = Field(le=LATEST)
    reason: Reason
    approved_by: ApprovedBy


class PauseGround(StrEnum):
    """Why a clock may stand still."""

    APPRAISAL = "appraisal"
    SUBJECT_UNREACHABLE = "subject_unreachable"
    FORCE_MAJEURE = "force_majeure"
    RELATED_CASE = "related_case"
    SUPERIOR_INSTRUCTION = "superior_instruction"


class PauseIn(MoveIn):
    """Why the clock stands still, and who approved it."""

    ground: PauseGround
    reason: Reason
    approved_by: ApprovedBy


class ResumeIn(MoveIn):
    """Nothing is asked."""


class AnnounceIn(MoveIn):
    """Why other commissions are told now."""

    reason: Reason


PAYLOADS: dict[str, type[MoveIn]] = {
    "accept": AcceptIn,
    "decline": DeclineIn,
    "forward": HandOverIn,
    "assign-down": AssignDownIn,
    "assign": AssignIn,
    "change-members": ChangeMembersIn,
    "transfer": TransferIn,
    "recall": RecallIn,
    "split": SplitIn,
    "return": ReturnIn,
    "propose-disposition": ProposeDispositionIn,
    "approve-disposition": DecideDispositionIn,
    "reject-disposition": DecideDispositionIn,
    "record-result": RecordResultIn,
    "record-talk": RecordTalkIn,
    "retain-as-repeat": RetainAsRepeatIn,
    "reopen": ReopenIn,
    "archive": ArchiveIn,
    "extend": ExtendIn,
    "pause": PauseIn,
    "resume": ResumeIn,
    "seal": SealIn,
    "announce": AnnounceIn,
}
