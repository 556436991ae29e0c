"""The audit log as auditors read it."""

from datetime import datetime
from typing import Any

from chassis.web import ResponseModel


class AuditEntryOut(ResponseModel):
    """Who did what with which object, when and for what purpose. No content: codes, ids and states only."""

    id: int
    at: datetime
    actor: str
    acting_for: str | None
    """The person a service acted for."""
    unit: str | None
    action: str
    object_type: str
    object_id: str
    purpose: str | None
    detail: dict[str, Any]
    request_id: str | None


class AuditSealOut(ResponseModel):
    """One link of the chain over the log. Note down ``head`` elsewhere: ``verify-audit --head`` asks for it later."""

    id: int
    entries: int
    sealed_at: datetime
    head: str
