"""Bodies of requests for entries of the library."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from chassis.web import RequestModel, ResponseModel
from pydantic import Field

from clue_service.clues.move_schemas import Reason

State = Literal["requested", "granted", "refused", "withdrawn", "revoked", "expired"]


class AskForLibraryItemIn(RequestModel):
    """What the entry is needed for, and until when."""

    item_id: UUID
    purpose: str = Field(min_length=2, max_length=500)
    expires_at: datetime


class GrantLibraryRequestIn(RequestModel):
    """An earlier day, where the whole time is not granted."""

    expires_at: datetime | None = None


class RefuseLibraryRequestIn(RequestModel):
    """Why access is not granted, or ends."""

    reason: Reason


class WithdrawLibraryRequestIn(RequestModel):
    """Nothing is asked."""


class LibraryRequestOut(ResponseModel):
    """One request."""

    id: UUID
    item_id: UUID
    owner_unit: str
    commission: str
    requester: str
    requester_unit: str
    purpose: str
    state: State
    requested_at: datetime
    expires_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    decision_reason: str | None
    allowed_moves: list[str]
    version: int
