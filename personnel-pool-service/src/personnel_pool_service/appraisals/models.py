"""Appraisals of cadres."""

from datetime import date, datetime
from uuid import UUID

from chassis.db import Uuid7
from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from personnel_pool_service.tables import Base


class AppraisalRow(Base):
    """One appraisal. The comment is sealed; ``source_ref`` names what it came from, once."""

    __tablename__ = "appraisal"
    __table_args__ = (
        Index("ix_appraisal_cadre_id_period_to", "cadre_id", "period_to"),
        CheckConstraint("period_from <= period_to", name="ordered"),
    )

    id: Mapped[Uuid7]
    cadre_id: Mapped[UUID] = mapped_column(ForeignKey("cadre.id"))
    kind: Mapped[str]
    period_from: Mapped[date]
    period_to: Mapped[date]
    grade: Mapped[str]
    unit_code: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    comment: Mapped[bytes | None]
    recommends_exit: Mapped[bool]
    source_ref: Mapped[str | None] = mapped_column(unique=True)
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime]
