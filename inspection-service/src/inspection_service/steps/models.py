"""Table of steps: which state a thing reached when. Rows are only ever added, so any past day can be told again."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from inspection_service.tables import Base


class Step(Base):
    """One step of one thing; ``version`` is the version the step led to."""

    __tablename__ = "step"
    __table_args__ = (Index("ix_step_object_type_at", "object_type", "at"),)

    object_type: Mapped[str] = mapped_column(primary_key=True)
    object_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    verb: Mapped[str]
    from_state: Mapped[str | None]
    to_state: Mapped[str]
    at: Mapped[datetime]
    taken_by: Mapped[str]
    unit: Mapped[str | None]
