"""Outcome notices as callers see them."""

from datetime import datetime
from uuid import UUID

from chassis.web import ResponseModel
from pydantic import Field

from clue_service.clues.move_schemas import MoveIn
from clue_service.outcome_notices.domain import Kind, NoticeState, Part
from clue_service.proceedings.schemas import NothingIn

BODIES: dict[str, type[MoveIn]] = {"acknowledge": NothingIn}


class OutcomeNoticeOut(ResponseModel):
    """What a unit must know: that a unit it watches over had an outcome, by whom; neither person nor content."""

    id: UUID
    state: NoticeState
    version: int
    kind: Kind
    outcome: str
    item_type: str
    item_id: UUID | None = Field(description="for those who may read the item")
    item_no: str | None
    about_unit: str
    unit: str
    handling_unit: str
    contact: str | None = Field(description="office line of the commission that did it")
    notified_at: datetime
    ack_due_at: datetime
    acknowledged_at: datetime | None
    my_parts: list[Part]
    allowed_moves: list[str]
