"""Requests for support that name qualifications, not persons."""

from datetime import date
from typing import Any
from uuid import UUID

from chassis.db import Uuid7
from sqlalchemy import ForeignKey, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from personnel_pool_service.tables import Base, Versioned


class SupportRequestRow(Versioned, Base):
    """What a unit asks the pool for. Who comes is in the secondments whose ``request_ref`` is ``support:<id>``."""

    __tablename__ = "support_request"
    __table_args__ = (
        Index("ix_support_request_requesting_unit", "requesting_unit"),
        Index("ix_support_request_status", "status", "id"),
    )

    id: Mapped[Uuid7]
    purpose: Mapped[str]
    reason: Mapped[str]
    requesting_unit: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    period_from: Mapped[date]
    period_to: Mapped[date]
    demands: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    target_units: Mapped[list[str]] = mapped_column(JSONB)
    status: Mapped[str]
    requested_by: Mapped[str]
    reviewed_by: Mapped[str | None]
    decision_reason: Mapped[str | None]
    directed_support_id: Mapped[UUID | None] = mapped_column(ForeignKey("directed_support.id"), unique=True)
