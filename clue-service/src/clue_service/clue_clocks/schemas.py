"""Clocks of a clue as callers see them, and the payloads of their moves."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from chassis.web import ResponseModel
from pydantic import Field

from clue_service.clue_clocks.domain import ClockState, Kind, Part
from clue_service.clues.move_schemas import ExtendIn, MoveIn, PauseIn, ResumeIn
from clue_service.proceedings.schemas import ReasonIn, StepOut


class StartClueClockIn(MoveIn):
    """A subject has received an inquiry letter. What the letter asks is not kept here."""

    clue_id: UUID
    kind: Literal[Kind.INQUIRY_REPLY]
    subject_id: UUID = Field(description="Who was asked: a subject of the clue")
    received_on: date = Field(description="The day the letter was received; it is not counted itself")


class MeetIn(MoveIn):
    """When what was awaited came or was sent, and under which number it is filed. What it says belongs to the clue."""

    met_on: date
    reference: str | None = Field(None, min_length=1, max_length=200, description="Such as 信函〔2026〕12号")


BODIES: dict[str, type[MoveIn]] = {
    "meet": MeetIn,
    "extend": ExtendIn,
    "pause": PauseIn,
    "resume": ResumeIn,
    "cancel": ReasonIn,
}


class ClueClockOut(ResponseModel):
    """Something that is awaited about a clue beside what its state owes."""

    id: UUID
    clue_id: UUID
    clue_no: str
    kind: Kind
    state: ClockState
    version: int
    commission: str
    unit: str = Field(description="Who waits for it, or owes it")
    subject_id: UUID | None = Field(description="Whose reply it is")
    due_rule: str
    due_rule_version: int
    clock_start: date
    due_at: datetime
    due_provisional: bool
    is_overdue: bool
    paused_on: date | None = Field(description="First day of a pause that lasts; the clock stands still")
    met_on: date | None
    my_parts: list[Part]
    allowed_moves: list[str]
    steps: list[StepOut]


class ClockLine(ResponseModel):
    """One clock of a clue."""

    id: UUID | None = Field(description="Null: the clock that the state of the clue runs; its moves are the clue's")
    kind: str = Field(description="`state`, or what is awaited besides")
    state: Literal["open", "paused", "stopped", "met", "cancelled"] = Field(
        description="`stopped` while a proposal waits for its decision"
    )
    due_rule: str
    clock_start: date | None
    due_at: datetime
    due_provisional: bool
    paused_on: date | None


class ClueClocks(ResponseModel):
    """The clocks of one clue: what its state owes first, then the others as far as you have a part in them."""

    items: list[ClockLine]
    next_cursor: None = None
