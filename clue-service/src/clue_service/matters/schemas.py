"""Matters as callers see them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from chassis.web import RequestModel, ResponseModel
from pydantic import Field

from clue_service.clues.states import Status
from clue_service.matter_changes.schemas import LaterAction
from clue_service.matters.domain import ChangeKind, MatterState

Reason = Annotated[str, Field(min_length=1, max_length=4000)]
UnitCode = Annotated[str, Field(min_length=1, max_length=64)]


class MergeIn(RequestModel):
    """The matter that is the same one. `lead_unit` is needed where the two have different leads."""

    matter_id: UUID
    reason: Reason
    lead_unit: UnitCode | None = None


class SplitIn(RequestModel):
    """The clues that report another matter; one alone belongs to none then."""

    clue_ids: list[UUID] = Field(min_length=1, max_length=200)
    reason: Reason


class UndoChangeIn(RequestModel):
    """The merge or split that is taken back; ids are in the history."""

    change_id: UUID
    reason: Reason


class AssignLeadIn(RequestModel):
    """Who leads from now on, whoever led: a unit, or a commission with all its offices."""

    lead_unit: UnitCode
    reason: Reason


class LeadOut(ResponseModel):
    """Who leads; no unit where the commission as a whole does."""

    commission: str
    unit: str | None
    basis: str = Field(description="approval of a check, or designated")
    taken_at: datetime


class MatterClueOut(ResponseModel):
    """A clue of the matter."""

    clue_id: UUID
    clue_no: str
    status: Status
    parts: list[str] = Field(description="Which matters of a mixed letter belong; none: the letter as a whole")


class MatterChangeOut(ResponseModel):
    """One decision about the matter."""

    id: UUID
    kind: ChangeKind
    source_kind: str
    at: datetime
    actor: str | None = Field(description="Shown within one's own commission")
    unit: str | None
    reason: str | None
    clue_ids: list[UUID] = Field(description="The clues it names, as far as you may see them")
    matter_ids: list[UUID] = Field(description="The matters it changed, as far as they hold clues you may see")
    undoes: UUID | None
    undone_by: UUID | None
    later_actions: list[LaterAction] = Field(
        description="Of a taking back: what people did since the change, for people to look at"
    )


class MatterOut(ResponseModel):
    """One matter, with those of its clues that the caller may see."""

    id: UUID
    state: MatterState
    version: int
    formed_at: datetime
    merged_into: UUID | None
    commissions: list[str]
    clues: list[MatterClueOut]
    lead: LeadOut | None
    contested_candidates: list[UUID] = Field(description="Pairs of its clues that somebody judged different")
    last_change: MatterChangeOut | None
    allowed_moves: list[str] = Field(description="What the state allows")
