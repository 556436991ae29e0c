"""Table of what was told to an inspected unit, and to its head apart."""

from datetime import datetime
from uuid import UUID

from chassis.db import Uuid7
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from inspection_service.tables import Base


class Feedback(Base):
    """The result as one audience is told it. ``text`` is written for the unit and names no finding of a person."""

    __tablename__ = "feedback"

    id: Mapped[Uuid7]
    round_id: Mapped[UUID] = mapped_column(ForeignKey("round.id"), index=True)
    team_id: Mapped[UUID | None]
    unit_code: Mapped[str] = mapped_column(index=True)
    office_unit: Mapped[str]
    commission: Mapped[str]
    audience: Mapped[str]
    text: Mapped[str]
    state: Mapped[str]
    issued_by: Mapped[str]
    issued_at: Mapped[datetime]
    acknowledged_by: Mapped[str | None]
    acknowledged_at: Mapped[datetime | None]
    version: Mapped[int]
