"""Bodies of deletions."""

from datetime import date, datetime
from uuid import UUID

from chassis.web import RequestModel, ResponseModel

from clue_service.clue_deletions.domain import Basis, DeletionState, Part
from clue_service.clues.move_schemas import MoveIn, Reason
from clue_service.proceedings.schemas import NothingIn, ReasonIn, StepOut


class RequestDeletionIn(RequestModel):
    """Which clue's content may go, and why."""

    clue_id: UUID
    basis: Basis
    reason: Reason


BODIES: dict[str, type[MoveIn]] = {"approve": NothingIn, "refuse": ReasonIn, "withdraw": NothingIn}


class DeletionOut(ResponseModel):
    """A deletion. Once approved it is all that is left of the clue besides its number."""

    id: UUID
    state: DeletionState
    version: int
    clue_id: UUID
    clue_no: str
    commission: str
    basis: Basis
    reason: str | None
    """None once the clue is gone: what was said about it is erased with it."""
    received_on: date
    last_step_on: date
    kept_until: date
    requested_by: str
    requested_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    my_parts: list[Part]
    allowed_moves: list[str]
    steps: list[StepOut]
