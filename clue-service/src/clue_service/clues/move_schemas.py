"""Payloads of the moves."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated
from uuid import UUID

from chassis.problems import FieldRefused
from chassis.web import RequestModel
from pydantic import Field, model_validator

from clue_service.clues.domain import Method, Outcome

Sub = Annotated[str, Field(min_length=1, max_length=255)]
UnitCode = Annotated[str, Field(min_length=1, max_length=64)]
Reason = Annotated[str, Field(min_length=1, max_length=4000)]


class OfflineApproval(RequestModel):
    """An approval on paper, such as a Party secretary's."""

    offline_ref: str = Field(min_length=1, max_length=200)


ApprovedBy = Sub | OfflineApproval


def approval_record(approved_by: Sub | OfflineApproval | None) -> dict[str, str] | None:
    """An approval as it is stored."""
    if approved_by is None:
        return None
    if isinstance(approved_by, OfflineApproval):
        return {"offline_ref": approved_by.offline_ref}
    return {"sub": approved_by}


class MoveIn(RequestModel):
    """Parent of the payloads."""

    def unit_pointers(self) -> Mapping[str, str | None]:
        """The unit codes in the payload by JSON pointer: they must be in the directory."""
        return {}


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
    """What the check came to."""

    outcome: Outcome
    four_forms: int | None = Field(None, ge=1, le=4)
    note: str | None = Field(None, max_length=20_000)

    @model_validator(mode="after")
    def _first_form_is_the_first(self) -> "RecordResultIn":
        if self.outcome is Outcome.FIRST_FORM and self.four_forms not in (None, 1):
            raise FieldRefused("four_forms_mismatch", "第一种形态对应 four_forms=1", "first_form is form 1")
        return self


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

    until: date
    reason: Reason
    approved_by: ApprovedBy


class AnnounceIn(MoveIn):
    """Why other commissions are told now."""

    reason: Reason


PAYLOADS: dict[str, type[MoveIn]] = {
    "accept": AcceptIn,
    "assign": AssignIn,
    "return": ReturnIn,
    "propose-disposition": ProposeDispositionIn,
    "approve-disposition": DecideDispositionIn,
    "reject-disposition": DecideDispositionIn,
    "record-result": RecordResultIn,
    "retain-as-repeat": RetainAsRepeatIn,
    "reopen": ReopenIn,
    "archive": ArchiveIn,
    "extend": ExtendIn,
    "announce": AnnounceIn,
}
