"""Requests of inspected units not to be handled by somebody."""

from datetime import datetime
from uuid import UUID

from chassis.db import Uuid7
from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from personnel_pool_service.tables import Base, Versioned


class RecusalRequestRow(Versioned, Base):
    """One request; the reason is sealed."""

    __tablename__ = "recusal_request"
    __table_args__ = (
        Index("ix_recusal_request_cadre_id", "cadre_id"),
        Index("ix_recusal_request_unit_code", "unit_code"),
    )

    id: Mapped[Uuid7]
    cadre_id: Mapped[UUID] = mapped_column(ForeignKey("cadre.id"))
    unit_code: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    request_ref: Mapped[str | None]
    reason_sealed: Mapped[bytes]
    status: Mapped[str]
    finding: Mapped[str | None]
    requested_by: Mapped[str]
    verified_by: Mapped[str | None]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
