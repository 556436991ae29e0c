"""Running clocks, and the lights they have shown."""

from datetime import date, datetime
from uuid import UUID

from chassis.db import Uuid7
from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from notification_service.tables import Base


class Deadline(Base):
    """What a unit owes about an item. ``item_version`` guards against older events, ``sequence`` counts our own."""

    __tablename__ = "deadline"
    __table_args__ = (
        UniqueConstraint("item_type", "item_id", "unit"),
        Index("ix_deadline_running", "due_at", postgresql_where="due_at is not null"),
    )

    id: Mapped[Uuid7]
    item_type: Mapped[str]
    item_id: Mapped[str]
    item_no: Mapped[str | None]
    unit: Mapped[str]
    rule: Mapped[str]
    due_at: Mapped[datetime | None]
    within: Mapped[str | None]
    escalates_to: Mapped[str | None]
    commission: Mapped[str | None]
    started_at: Mapped[datetime | None]
    """Since when the item is in the state that ``rule`` names; None: from before this was kept."""
    profile: Mapped[str] = mapped_column(server_default="generic")
    blue_at: Mapped[datetime | None]
    yellow_at: Mapped[datetime | None]
    red_at: Mapped[datetime | None]
    """From when a local profile shows each light; all empty for the general rule, which goes by ``due_at``."""
    item_version: Mapped[int]
    sequence: Mapped[int] = mapped_column(default=0)


class DeadlineLight(Base):
    """A light was told on a day."""

    __tablename__ = "deadline_light"

    deadline_id: Mapped[UUID] = mapped_column(ForeignKey("deadline.id", ondelete="CASCADE"), primary_key=True)
    light: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)


class DeadlineEscalation(Base):
    """Leaders were told that nobody had acknowledged. ``since``: when what was to be acknowledged began, or was due."""

    __tablename__ = "deadline_escalation"

    deadline_id: Mapped[UUID] = mapped_column(ForeignKey("deadline.id", ondelete="CASCADE"), primary_key=True)
    since: Mapped[datetime] = mapped_column(primary_key=True)
    escalated_at: Mapped[datetime]
