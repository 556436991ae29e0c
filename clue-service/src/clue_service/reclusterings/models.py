"""The table of re-clustering runs."""

from datetime import datetime
from typing import Any

from chassis.db import Uuid7
from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from clue_service.tables import Base


class Reclustering(Base):
    """One run: when, how it ended, and counts; never which clues."""

    __tablename__ = "reclustering"
    __table_args__ = (Index("ix_reclustering_started_at", "started_at"),)

    id: Mapped[Uuid7]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    state: Mapped[str]
    counts: Mapped[dict[str, Any]]
