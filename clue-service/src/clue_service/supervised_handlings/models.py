"""Orders of supervised handling."""

from datetime import date, datetime
from uuid import UUID

from chassis.db import Uuid7
from sqlalchemy import BigInteger, ForeignKey, Index, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from clue_service.tables import Base


class SupervisedHandling(Base):
    """One order. Reports, reminders and reviews are steps of its journal."""

    __tablename__ = "supervised_handling"
    __table_args__ = (
        Index("ix_supervised_handling_ordering_unit", "ordering_unit", "id"),
        Index("ix_supervised_handling_commission", "commission", "id"),
        Index("ix_supervised_handling_target_unit", "target_unit", "id"),
        Index("ix_supervised_handling_escalated_to", "escalated_to", "id"),
    )

    id: Mapped[Uuid7]
    state: Mapped[str]
    version: Mapped[int] = mapped_column(BigInteger)
    trigger: Mapped[str]
    method: Mapped[str]
    demand: Mapped[str]
    secrecy_level: Mapped[str]
    ordering_unit: Mapped[str]
    commission: Mapped[str]
    target_unit: Mapped[str]
    clue_id: Mapped[UUID | None] = mapped_column(ForeignKey("clue.id"))
    proposed_by: Mapped[str]
    proposed_at: Mapped[datetime]
    due_on: Mapped[date | None]
    reported_on: Mapped[date | None]
    times_returned: Mapped[int] = mapped_column(SmallInteger)
    times_pressed: Mapped[int] = mapped_column(SmallInteger)
    escalated_to: Mapped[str | None]
