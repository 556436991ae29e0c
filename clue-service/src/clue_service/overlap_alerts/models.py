"""Overlap alerts: which commissions hold clues of one matter, without telling any of them another's clue."""

from datetime import datetime
from uuid import UUID

from chassis.db import Uuid7
from sqlalchemy import BigInteger, ForeignKey, Index, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from clue_service.tables import Base


class OverlapAlert(Base):
    """One overlapping set of commissions."""

    __tablename__ = "overlap_alert"
    __table_args__ = (Index("ix_overlap_alert_merged_into", "merged_into", postgresql_where="merged_into is not null"),)

    id: Mapped[Uuid7]
    state: Mapped[str]
    outcome: Mapped[str | None]
    lead_commission: Mapped[str | None]
    decided_by: Mapped[str | None]
    """The leader of the common superior who decided, where the votes did not."""
    merged_into: Mapped[UUID | None] = mapped_column(ForeignKey("overlap_alert.id"))
    detected_at: Mapped[datetime]
    ack_due_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(BigInteger)


class AlertCommission(Base):
    """A commission's part in an alert: has it taken note, how does it vote."""

    __tablename__ = "overlap_alert_commission"
    __table_args__ = (Index("ix_overlap_alert_commission_commission", "commission", "alert_id"),)

    alert_id: Mapped[UUID] = mapped_column(ForeignKey("overlap_alert.id"), primary_key=True)
    commission: Mapped[str] = mapped_column(primary_key=True)
    joined_at: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[str | None]
    vote: Mapped[str | None]
    vote_lead: Mapped[str | None]
    voted_at: Mapped[datetime | None]
    voted_by: Mapped[str | None]


class AlertClue(Base):
    """A clue in an alert; seen by its own commission only. ``stage`` is all the others learn of it."""

    __tablename__ = "overlap_alert_clue"
    __table_args__ = (Index("ix_overlap_alert_clue_clue_id", "clue_id"),)

    alert_id: Mapped[UUID] = mapped_column(ForeignKey("overlap_alert.id"), primary_key=True)
    clue_id: Mapped[UUID] = mapped_column(ForeignKey("clue.id"), primary_key=True)
    commission: Mapped[str]
    stage: Mapped[str]
    bound_by: Mapped[UUID] = mapped_column(Uuid)
    """Clues with the same value probably report one matter: one lead binds them. The others are only told of."""
