"""Recusals over HTTP. There is no field for the reason: it would tell of kinship and ties."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from chassis.web import RequestModel, ResponseModel
from contracts.envelope import Sub
from pydantic import Field

Basis = Literal["declared", "requested", "decided"]


class RecordRecusalIn(RequestModel):
    """Whom to recuse. ``declared`` by themselves, ``requested`` by somebody concerned, or ``decided`` by the organ."""

    sub: Sub | None = Field(None, description="who is recused; yourself if absent")
    basis: Basis = "decided"


class LiftRecusalIn(RequestModel):
    """Nothing more is asked."""


class RecusalOut(ResponseModel):
    """One recusal."""

    id: UUID
    clue_id: UUID
    sub: str
    basis: Basis
    recorded_by: str
    recorded_at: datetime
    lifted_by: str | None
    lifted_at: datetime | None
    version: int


class RecusalList(ResponseModel):
    """The recusals from one clue, oldest first."""

    items: list[RecusalOut]
