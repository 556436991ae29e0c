"""Clocks of a clue beside the one its state runs."""

from datetime import date, datetime
from uuid import UUID

from chassis.db import Uuid7
from sqlalchemy import BigInteger, ForeignKey, Index, SmallInteger, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from clue_service.deadlines.models import ChangeColumns
from clue_service.tables import Base


class ClueClock(Base):
    """One thing that is awaited about a clue. ``clue_version`` guards against older events of the clue."""

    __tablename__ = "clue_clock"
    __table_args__ = (
        Index("ix_clue_clock_clue_id", "clue_id", "id"),
        Index("ix_clue_clock_commission", "commission", "state", "id"),
        Index("ix_clue_clock_unit", "unit", "id"),
        Index(
            "uq_clue_clock_report", "clue_id", unique=True, postgresql_where=text("kind = 'inspection_report'")
        ),
        Index(
            "uq_clue_clock_reply",
            "clue_id",
            "subject_id",
            unique=True,
            postgresql_where=text("kind = 'inquiry_reply' and state in ('open', 'paused')"),
        ),
    )  # fmt: skip

    id: Mapped[Uuid7]
    clue_id: Mapped[UUID] = mapped_column(ForeignKey("clue.id"))
    clue_no: Mapped[str]
    kind: Mapped[str]
    state: Mapped[str]
    version: Mapped[int] = mapped_column(BigInteger)
    clue_version: Mapped[int] = mapped_column(BigInteger)
    commission: Mapped[str]
    unit: Mapped[str]
    """Who waits for it, or owes it: the lead unit, or the commission itself."""
    subject_id: Mapped[UUID | None] = mapped_column(Uuid)
    """Whose reply it is; the subject goes with the content of the clue."""
    due_rule: Mapped[str]
    due_rule_version: Mapped[int] = mapped_column(SmallInteger)
    clock_start: Mapped[date]
    due_at: Mapped[datetime]
    due_provisional: Mapped[bool]
    paused_on: Mapped[date | None]
    met_on: Mapped[date | None]


class ClueClockChange(ChangeColumns, Base):
    """A pause or an extension of such a clock, in the order they happened."""

    __tablename__ = "clue_clock_change"
    __table_args__ = (
        Index("ix_clue_clock_change_clock_id", "clock_id", "id"),
        Index(
            "uq_clue_clock_change_open_pause",
            "clock_id",
            unique=True,
            postgresql_where=text("kind = 'pause' and until is null"),
        ),
    )

    id: Mapped[Uuid7]
    clock_id: Mapped[UUID] = mapped_column(ForeignKey("clue_clock.id"))
