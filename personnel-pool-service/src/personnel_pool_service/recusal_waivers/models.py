"""Waivers of recusal grounds."""

from datetime import date, datetime
from uuid import UUID

from chassis.db import Uuid7
from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from personnel_pool_service.tables import Base, Versioned


class WaiverRow(Versioned, Base):
    """One ground that is let pass for one cadre at one unit, until a day."""

    __tablename__ = "recusal_waiver"
    __table_args__ = (Index("ix_recusal_waiver_cadre_id", "cadre_id"),)

    id: Mapped[Uuid7]
    cadre_id: Mapped[UUID] = mapped_column(ForeignKey("cadre.id"))
    unit_code: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    code: Mapped[str]
    reason: Mapped[str]
    valid_to: Mapped[date]
    status: Mapped[str]
    proposed_by: Mapped[str]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
