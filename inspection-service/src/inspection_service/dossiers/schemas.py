"""What callers send and get about entry dossiers."""

from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.web import RequestModel, ResponseModel
from pydantic import BaseModel, Field


class CompileDossierIn(RequestModel):
    """Nothing is needed: the team says which unit, its round says why."""


class DossierOut(ResponseModel):
    """A dossier without its content; ``sha256`` is of the whole frozen document in canonical JSON."""

    id: UUID
    team_id: UUID
    unit_code: str
    state: str
    requested_by: str
    requested_at: datetime
    frozen_at: datetime | None
    sha256: str | None
    item_count: int | None
    failure_code: str | None
    version: int


class DossiersOut(ResponseModel):
    """The dossiers of a team, newest first."""

    items: list[DossierOut]


class DossierContentOut(BaseModel):
    """A frozen dossier as far as the reader is cleared; ``withheld`` items lie above the reader's clearance."""

    dossier: DossierOut
    facts: dict[str, Any] = Field(description="unit, round, when it was compiled, which sources were asked")
    counts: dict[str, Any]
    items: list[dict[str, Any]]
    withheld: int


class ChangedItemOut(BaseModel):
    before: dict[str, Any]
    after: dict[str, Any]


class DifferenceOut(BaseModel):
    """From the older freeze to the newer one, as far as the reader is cleared."""

    older: UUID
    newer: UUID
    added: list[dict[str, Any]]
    removed: list[dict[str, Any]]
    changed: list[ChangedItemOut]
