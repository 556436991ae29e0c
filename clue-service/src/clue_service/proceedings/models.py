"""The journal of all proceedings: one final row for each step, with what was said in it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.db import Uuid7
from sqlalchemy import BigInteger, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from clue_service.tables import Base


class ProceedingStep(Base):
    """A step that somebody took. The runtime role may add rows and never change one."""

    __tablename__ = "proceeding_step"
    __table_args__ = (UniqueConstraint("item_id", "version"),)

    id: Mapped[Uuid7]
    item_type: Mapped[str]
    item_id: Mapped[UUID] = mapped_column(Uuid)
    version: Mapped[int] = mapped_column(BigInteger)
    """The item's version after the step."""
    verb: Mapped[str]
    source: Mapped[str | None]
    target: Mapped[str]
    document: Mapped[dict[str, Any]] = mapped_column(JSONB)
    unit: Mapped[str | None]
    taken_by: Mapped[str]
    taken_at: Mapped[datetime]
