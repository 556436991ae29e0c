"""Table of what a look-back round has to look at again."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from inspection_service.tables import Base


class LookBackItem(Base):
    """One rectification item in a look-back round. ``outcome`` None: not looked at yet."""

    __tablename__ = "look_back_item"

    round_id: Mapped[UUID] = mapped_column(ForeignKey("round.id"), primary_key=True)
    rectification_id: Mapped[UUID] = mapped_column(ForeignKey("rectification.id"), primary_key=True)
    unit_code: Mapped[str]
    state_when_seeded: Mapped[str]
    outcome: Mapped[str | None]
    note: Mapped[str | None]
    checked_by: Mapped[str | None]
    checked_at: Mapped[datetime | None]
