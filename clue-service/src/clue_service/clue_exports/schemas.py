"""Bodies of exports."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from chassis.problems import FieldRefused
from chassis.web import RequestModel, ResponseModel
from pydantic import Field, model_validator

from clue_service.clue_exports.domain import Basis, ExportState, Format, Part
from clue_service.clues.filters import ClueFilter
from clue_service.clues.move_schemas import MoveIn, Reason, UnitCode
from clue_service.clues.states import Closure, Status
from clue_service.clues.vocabulary import Category, Channel, Source
from clue_service.proceedings.schemas import NothingIn, ReasonIn, StepOut


class ExportSelectionIn(RequestModel):
    """Which clues: by codes, states and dates, never by a name or by text."""

    status: Status | None = None
    closure: Closure | None = None
    lead_unit: UnitCode | None = None
    receiving_unit: UnitCode | None = None
    subject_unit: UnitCode | None = None
    category: Category | None = None
    source: Source | None = None
    channel: Channel | None = None
    clue_no: str | None = Field(None, max_length=64, description="How the number begins")
    matter_id: UUID | None = None
    received_from: date | None = None
    received_to: date | None = None

    def as_filter(self) -> ClueFilter:
        """What lists are narrowed by."""
        return ClueFilter(**self.model_dump())


class RequestExportIn(RequestModel):
    """What is to be taken out, what for, and as what: one clue by its id, or a selection of those you see."""

    basis: Basis
    reason: Reason
    clue_id: UUID | None = None
    filter: ExportSelectionIn | None = None
    format: Format = Format.NDJSON
    language: Literal["zh", "en"] = Field("zh", description="Of headings and words for codes in sheets")

    @model_validator(mode="after")
    def _says_which(self) -> "RequestExportIn":
        if (self.clue_id is None) == (self.filter is None):
            raise FieldRefused("one_extent", "须指明 clue_id 或 filter 其一", "Name either clue_id or filter")
        return self


BODIES: dict[str, type[MoveIn]] = {
    "approve": NothingIn,
    "refuse": ReasonIn,
    "make": NothingIn,
    "withdraw": NothingIn,
}


class ExportOut(ResponseModel):
    """An export; without the file."""

    id: UUID
    state: ExportState
    version: int
    clue_id: UUID | None
    filter: dict[str, Any] | None
    commission: str
    basis: Basis
    reason: str | None
    """None once one of the clues is gone."""
    format: Format
    language: str
    clues: int = Field(description="How many of its clues you see")
    taken: int | None = Field(description="How many the file holds")
    size: int | None
    requested_by: str
    requested_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    expires_at: datetime | None = Field(description="Until when the file can be made, or fetched once it was")
    made_at: datetime | None
    file: str | None = Field(description="Where whoever asked fetches it, while it lives")
    my_parts: list[Part]
    allowed_moves: list[str]
    steps: list[StepOut]
