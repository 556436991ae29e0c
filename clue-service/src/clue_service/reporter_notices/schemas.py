"""Notices to reporters as the office sees them."""

from datetime import date, datetime
from uuid import UUID

from chassis.web import ResponseModel

from clue_service.clues.move_schemas import MoveIn
from clue_service.proceedings.schemas import NothingIn
from clue_service.reporter_notices.domain import Kind, Method, NoticeState


class GiveIn(MoveIn):
    """How and when the reporter was told. What was said is not kept here."""

    method: Method
    given_on: date


BODIES: dict[str, type[MoveIn]] = {"give": GiveIn, "note-objection": NothingIn}


class ReporterNoticeOut(ResponseModel):
    """What is owed to the reporter of a clue. Who that is takes an unsealing of the vault."""

    id: UUID
    clue_id: UUID
    clue_no: str
    kind: Kind
    state: NoticeState
    version: int
    due_at: datetime
    due_provisional: bool
    is_overdue: bool
    method: Method | None
    given_on: date | None
    objections: int
    allowed_moves: list[str]
