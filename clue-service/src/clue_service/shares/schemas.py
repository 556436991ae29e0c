"""Shares over HTTP."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from chassis.web import RequestModel, ResponseModel
from contracts.envelope import Sub
from pydantic import Field

from clue_service.clues.approval_schemas import ApprovedBy
from clue_service.clues.move_schemas import MoveIn
from clue_service.clues.schemas import ApprovalOut, ClueOut
from clue_service.shares.domain import Part


class GrantShareIn(MoveIn):
    """Which parts of a clue one person may see, what for, until when, and who approved it."""

    grantee: Sub
    parts: list[Part] = Field(min_length=1, max_length=3)
    purpose: str = Field(min_length=2, max_length=500)
    expires_at: datetime
    approved_by: ApprovedBy


class RevokeShareIn(RequestModel):
    """Nothing is asked."""


class ShareOut(ResponseModel):
    """One share."""

    id: UUID
    clue_id: UUID
    grantee: str
    parts: list[Part]
    purpose: str
    approval: ApprovalOut
    expires_at: datetime
    granted_by: str
    granted_at: datetime
    revoked_by: str | None
    revoked_at: datetime | None
    state: Literal["active", "revoked", "expired"]
    readings: int | None = Field(description="How often it was read; for those who look after it, else null")
    version: int


class SharedClueOut(ResponseModel):
    """A clue by its shared parts. What is not shared looks as if it were not there."""

    share_id: UUID
    parts: list[Part]
    purpose: str
    expires_at: datetime
    clue: ClueOut


class ReadingOut(ResponseModel):
    """One reading of a share."""

    id: UUID
    reader: str
    unit: str | None
    read_at: datetime
