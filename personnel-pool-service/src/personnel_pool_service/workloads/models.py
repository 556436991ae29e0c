"""What cadres were busy with beside lending."""

from datetime import date, datetime
from uuid import UUID

from chassis.db import Uuid7
from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from personnel_pool_service.tables import Base


class WorkloadEntryRow(Base):
    """Some days of somebody's work. Lending days are not here: they are the bookings."""

    __tablename__ = "workload_entry"
    __table_args__ = (
        Index("ix_workload_entry_cadre_id_first_day", "cadre_id", "first_day"),
        CheckConstraint("first_day <= last_day", name="ordered"),
    )

    id: Mapped[Uuid7]
    cadre_id: Mapped[UUID] = mapped_column(ForeignKey("cadre.id"))
    kind: Mapped[str]
    first_day: Mapped[date]
    last_day: Mapped[date]
    source_ref: Mapped[str | None] = mapped_column(unique=True)
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime]
