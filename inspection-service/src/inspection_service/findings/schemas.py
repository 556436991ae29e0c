"""What callers send and get about findings."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from chassis.problems import FieldRefused
from chassis.web import RequestModel, ResponseModel
from pydantic import BeforeValidator, Field, StringConstraints

from inspection_service.evidence_references.schemas import EvidenceIn
from inspection_service.findings.domain import Severity
from inspection_service.rounds.schemas import UnitCode

_Short = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class PersonIn(RequestModel):
    """Whom the finding is about; at least one field."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=100)] | None = None
    unit_code: UnitCode | None = None
    unit_name: _Short | None = None
    post: _Short | None = None
    rank: Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")] | None = None
    person_code: UnitCode | None = None


def _person(value: Any) -> Any:
    if isinstance(value, str):
        return {"name": value}
    if isinstance(value, dict) and not value:
        raise FieldRefused("empty", "至少填写一项", "At least one field is needed")
    return value


class RecordFindingIn(RequestModel):
    """A finding. ``person`` is a name or an object with name, unit and post."""

    category: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    severity: Severity
    text: Annotated[str, StringConstraints(min_length=1, max_length=10_000)]
    person: Annotated[PersonIn | None, BeforeValidator(_person, json_schema_input_type=PersonIn | str | None)] = None
    evidence: list[EvidenceIn] = Field(default_factory=list, max_length=50)


class HandOverIn(RequestModel):
    """Nothing is needed: the finding says it all."""


class ReferFindingIn(RequestModel):
    """``to_unit`` gets it: the organisation department for personnel matters, else the unit concerned."""

    to_unit: UnitCode


class WithdrawFindingIn(RequestModel):
    """Why it does not hold."""

    reason: Annotated[str, StringConstraints(min_length=1, max_length=2000)]


class AddEvidenceIn(RequestModel):
    """References only: the evidence stays where it is kept."""

    items: list[EvidenceIn] = Field(min_length=1, max_length=50)


class FindingOut(ResponseModel):
    """``clue_*`` come back from clue-service; ``refusal_code`` if it refused the hand-over.

    ``hand_over_phase`` is early (before the round's report) or final; word of the clue is due on ``result_due_on``.
    """

    id: UUID
    team_id: UUID
    round_id: UUID
    unit_code: str
    category: str
    severity: str
    text: str
    person: dict[str, Any] | None
    state: str
    allowed_moves: list[str]
    receiving_unit: str
    recorded_by: str
    recorded_at: datetime
    handed_over_by: str | None
    handed_over_at: datetime | None
    hand_over_phase: str | None
    result_due_on: date | None
    refusal_code: str | None
    clue_no: str | None
    clue_status: str | None
    clue_closure: str | None
    clue_outcome: str | None
    clue_four_forms: int | None
    referred_to: str | None
    referred_at: datetime | None
    withdrawal_reason: str | None
    withdrawn_at: datetime | None
    version: int
