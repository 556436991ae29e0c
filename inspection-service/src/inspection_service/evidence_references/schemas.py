"""Evidence as callers send and get it: by reference, never the thing itself."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from chassis.web import RequestModel, ResponseModel
from pydantic import StringConstraints

from inspection_service.rounds.schemas import UnitCode

EvidenceKind = Literal["document", "ledger", "talk_record", "photo", "recording", "data", "on_site_check", "other"]


class EvidenceIn(RequestModel):
    """Where a piece of evidence is kept. ``sha256`` proves later that it is the same."""

    kind: EvidenceKind
    reference: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = None
    kept_by: UnitCode | None = None


class EvidenceOut(ResponseModel):
    id: UUID
    kind: str
    reference: str
    sha256: str | None
    kept_by: str | None
    added_by: str
    added_at: datetime


class EvidenceListOut(ResponseModel):
    """All evidence of one thing, in the order it was added."""

    items: list[EvidenceOut]
