"""Competence over HTTP."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from chassis.web import ResponseModel
from pydantic import Field

from clue_service.clues.move_schemas import MoveIn, Reason, UnitCode
from clue_service.competences.domain import Route


class SubjectCompetenceOut(ResponseModel):
    """Who manages a subject; nulls where the directory does not tell."""

    subject_id: UUID
    committee: str | None
    commission: str | None
    basis: str | None = Field(description="person, post_rule, unit or nearest_committee")


class DecisionOut(ResponseModel):
    """What people decided."""

    commission: str
    reason: str
    decided_by: str
    decided_at: datetime


class CompetenceOut(ResponseModel):
    """A suggestion, and what people decided. Only a decision binds moves."""

    route: Route
    commission: str | None = Field(description="The competent commission, where it is one")
    suggested_moves: list[str]
    subjects: list[SubjectCompetenceOut]
    decision: DecisionOut | None
    due_at: datetime | None = Field(description="By when it is handed over, once decided")


class DecideCompetenceIn(MoveIn):
    """Which commission is competent, and why: the suggestion's or another one."""

    commission: UnitCode
    reason: Reason

    def unit_pointers(self) -> Mapping[str, str | None]:
        """The commission."""
        return {"/commission": self.commission}
