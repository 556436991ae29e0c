"""Notices of outcomes: one for each outcome, unit concerned and recipient."""

from datetime import datetime
from uuid import UUID

from chassis.db import Uuid7
from sqlalchemy import BigInteger, Index, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from clue_service.tables import Base


class OutcomeNotice(Base):
    """``source_ref`` names what happened: whatever is replayed, a unit is told of it once for each unit concerned."""

    __tablename__ = "outcome_notice"
    __table_args__ = (
        UniqueConstraint("source_ref", "about_unit", "unit"),
        Index("ix_outcome_notice_item_id", "item_id"),
        Index("ix_outcome_notice_unit", "unit", "id"),
        Index("ix_outcome_notice_commission", "commission", "id"),
        Index("ix_outcome_notice_handling_unit", "handling_unit", "id", postgresql_where="handling_unit is not null"),
        Index("ix_outcome_notice_waiting", "ack_due_at", postgresql_where="state = 'notified'"),
    )

    id: Mapped[Uuid7]
    state: Mapped[str]
    version: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str]
    outcome: Mapped[str]
    source_ref: Mapped[str]
    item_type: Mapped[str]
    item_id: Mapped[UUID] = mapped_column(Uuid)
    item_no: Mapped[str | None]
    about_unit: Mapped[str]
    unit: Mapped[str]
    handling_unit: Mapped[str]
    commission: Mapped[str]
    secrecy_level: Mapped[str]
    notified_at: Mapped[datetime]
    ack_due_at: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[str | None]
