"""What callers send and get about findings."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from chassis.problems import FieldRefused
from chassis.web import RequestModel, ResponseModel
from pydantic import BeforeValidator, StringConstraints

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


class HandOverIn(RequestModel):
    """Nothing is needed: the finding says it all."""


class FindingOut(ResponseModel):
    """``clue_no`` and ``clue_status`` come back from clue-service; ``refusal_code`` if it refused the hand-over."""

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
    refusal_code: str | None
    clue_no: str | None
    clue_status: str | None
    clue_closure: str | None
    version: int
