"""Duties of every month or quarter as callers see them."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from chassis.web import ResponseModel
from pydantic import Field

from clue_service.clue_clocks.schemas import MeetIn
from clue_service.clues.move_schemas import MoveIn, UnitCode
from clue_service.periodic_duties.domain import DutyState, Every, Kind, Part
from clue_service.proceedings.schemas import ReasonIn, StepOut


class ArrangeDutyIn(MoveIn):
    """What is owed, with whom, and how often; the present month or quarter is the first."""

    kind: Kind
    unit: UnitCode = Field(description="The petition office that is told, or the office that is reconciled with")
    every: Every | None = Field(None, description="Null: each quarter to a petition office, each month with an office")

    def unit_pointers(self) -> Mapping[str, str | None]:
        """The unit."""
        return {"/unit": self.unit}


BODIES: dict[str, type[MoveIn]] = {"meet": MeetIn, "stop": ReasonIn}


class PeriodicDutyOut(ResponseModel):
    """What is owed for one period."""

    id: UUID
    kind: Kind
    state: DutyState
    version: int
    commission: str
    unit: str
    every: Every
    period_from: date
    period_to: date
    is_latest: bool = Field(description="Another period follows once this one is over")
    due_rule: str
    due_rule_version: int
    due_at: datetime
    due_provisional: bool
    is_overdue: bool
    met_on: date | None
    my_parts: list[Part]
    allowed_moves: list[str]
    steps: list[StepOut]
