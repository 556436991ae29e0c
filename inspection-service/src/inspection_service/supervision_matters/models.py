"""Tables of supervision matters: the matter as it is, and what was recorded about it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from chassis.db import Uuid7
from sqlalchemy import ForeignKey, String
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from inspection_service.tables import Base


class SupervisionMatter(Base):
    """Something a commission has decided, or is asked to decide, to supervise in a period."""

    __tablename__ = "supervision_matter"

    id: Mapped[Uuid7]
    title: Mapped[str]
    basis: Mapped[str]
    theme: Mapped[str]
    targets: Mapped[str]
    measures: Mapped[list[str]] = mapped_column(JSONB)
    owner_unit: Mapped[str]
    commission: Mapped[str] = mapped_column(index=True)
    lead_unit: Mapped[str | None]
    co_units: Mapped[list[str]] = mapped_column(ARRAY(String))
    scope_units: Mapped[list[str]] = mapped_column(ARRAY(String))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    planned_until: Mapped[date]
    """The end that was proposed; ``ends_on`` moves when the matter is carried over."""
    report_every_days: Mapped[int]
    state: Mapped[str]
    conclusion: Mapped[str | None]
    recurrence_of: Mapped[UUID | None] = mapped_column(ForeignKey("supervision_matter.id"))
    recurrences: Mapped[int]
    proposed_by: Mapped[str]
    started_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    created_at: Mapped[datetime]
    version: Mapped[int]


class MatterRecord(Base):
    """One thing recorded: decision, task, discussion, report, difficulty, evaluation. Never changed or removed."""

    __tablename__ = "matter_record"

    id: Mapped[Uuid7]
    matter_id: Mapped[UUID] = mapped_column(ForeignKey("supervision_matter.id"), index=True)
    kind: Mapped[str]
    document: Mapped[dict[str, Any]] = mapped_column(JSONB)
    unit: Mapped[str | None]
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime]


class MatterReferral(Base):
    """Where a difficulty went: directed support at the talent pool, or a consultation at clue-service, and how far that
    has come. ``announced``: by an event only, as consultations once were."""

    __tablename__ = "matter_referral"

    difficulty_id: Mapped[UUID] = mapped_column(ForeignKey("matter_record.id"), primary_key=True)
    matter_id: Mapped[UUID] = mapped_column(index=True)
    referral: Mapped[str]
    state: Mapped[str]
    support_id: Mapped[UUID | None]
    consultation_id: Mapped[UUID | None] = mapped_column(index=True)
    consultation_state: Mapped[str | None]
    consultation_version: Mapped[int | None]
    refusal_code: Mapped[str | None]
    version: Mapped[int]
