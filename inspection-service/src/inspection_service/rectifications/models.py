"""Table of what a unit has to put right."""

from datetime import date, datetime
from uuid import UUID

from chassis.db import Uuid7
from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from inspection_service.tables import Base


class Rectification(Base):
    """One item. ``problem`` is written for the unit; the finding behind it stays with the inspection office."""

    __tablename__ = "rectification"
    __table_args__ = (Index("ix_rectification_unit_code_state", "unit_code", "state"),)

    id: Mapped[Uuid7]
    round_id: Mapped[UUID] = mapped_column(ForeignKey("round.id"), index=True)
    finding_id: Mapped[UUID | None] = mapped_column(ForeignKey("finding.id"), index=True)
    unit_code: Mapped[str]
    office_unit: Mapped[str]
    commission: Mapped[str]
    kind: Mapped[str]
    category: Mapped[str]
    severity: Mapped[str]
    problem: Mapped[str]
    state: Mapped[str]
    due_on: Mapped[date]
    due_at: Mapped[datetime]
    first_due_on: Mapped[date]
    measure: Mapped[str | None]
    responsible_post: Mapped[str | None]
    planned_on: Mapped[date | None]
    self_status: Mapped[str | None]
    report: Mapped[str | None]
    submitted_by: Mapped[str | None]
    submitted_at: Mapped[datetime | None]
    verdict: Mapped[str | None]
    verification: Mapped[str | None]
    verified_by: Mapped[str | None]
    signed_off_by: Mapped[str | None]
    signed_off_at: Mapped[datetime | None]
    office_reason: Mapped[str | None]
    """Why it was returned, postponed, reopened or found to be reported falsely; the unit reads it."""
    accountability_ref: Mapped[str | None]
    times_returned: Mapped[int]
    times_extended: Mapped[int]
    assigned_by: Mapped[str]
    assigned_at: Mapped[datetime]
    version: Mapped[int]
