"""Transfers as callers see them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from chassis.web import RequestModel, ResponseModel
from pydantic import Field

from clue_service.clues.states import Closure, Outcome, Status
from clue_service.transfers.domain import TransferKind, TransferState

Reason = Annotated[str, Field(min_length=1, max_length=4000)]


class TransferResultOut(ResponseModel):
    """What the receiver's handling came to."""

    status: Status | None
    closure: Closure | None
    outcome: Outcome | None
    four_forms: int | None
    note: str | None


class TransferOut(ResponseModel):
    """One handing over, as your side sees it: each side is shown its own clue only."""

    id: UUID
    kind: TransferKind
    state: TransferState
    version: int
    from_commission: str
    to_unit: str | None
    to_commission: str | None
    to_body: str | None
    ground: str | None
    reason: str | None
    legal_basis: str | None
    sent_at: datetime
    receipt_due_at: datetime | None = Field(description="Until when it is received or sent back")
    result_due_at: datetime | None
    received_at: datetime | None
    returned_at: datetime | None
    return_reason: str | None
    reported_at: datetime | None
    result: TransferResultOut | None
    clue_id: UUID | None = Field(description="Your side's clue; none before you have received it")
    allowed_moves: list[str] = Field(description="Moves the state allows and you may take")


class ReceiveIn(RequestModel):
    """Which unit receives it; by default the office that does."""

    receiving_unit: Annotated[str, Field(min_length=1, max_length=64)] | None = None


class ReturnTransferIn(RequestModel):
    """Why it goes back."""

    reason: Reason


class RecordTransferResultIn(RequestModel):
    """What a body outside the platform reported."""

    outcome: Outcome
    four_forms: int | None = Field(None, ge=1, le=4)
    note: str | None = Field(None, max_length=20_000)
