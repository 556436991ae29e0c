"""Help that a unit in difficulty asked for."""

from datetime import date
from typing import Any

from chassis.db import Uuid7
from sqlalchemy import ForeignKey, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from personnel_pool_service.tables import Base, Versioned


class DirectedSupportRow(Versioned, Base):
    """One piece of directed support, of one of seven kinds."""

    __tablename__ = "directed_support"
    __table_args__ = (Index("ix_directed_support_requesting_unit", "requesting_unit"),)

    id: Mapped[Uuid7]
    kind: Mapped[str]
    difficulty: Mapped[str]
    scope: Mapped[str | None]
    requesting_unit: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    provider_unit: Mapped[str | None] = mapped_column(ForeignKey("unit.code"))
    period_from: Mapped[date]
    period_to: Mapped[date]
    demands: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    linked_ref: Mapped[str | None]
    status: Mapped[str]
    requested_by: Mapped[str]
    reason: Mapped[str | None]
    outcome: Mapped[str | None]
    grade: Mapped[str | None]
