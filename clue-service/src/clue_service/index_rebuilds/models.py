"""Runs that rebuild the index of matching, and how far they came."""

from uuid import UUID

from chassis.db import Instant, Uuid7
from sqlalchemy import BigInteger, SmallInteger, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from clue_service.tables import Base


class IndexRebuild(Base):
    """One run. A run that was killed goes on after ``last_clue``."""

    __tablename__ = "index_rebuild"

    id: Mapped[Uuid7]
    format: Mapped[int] = mapped_column(SmallInteger)
    """The version of the engine it writes."""
    started_at: Mapped[Instant]
    finished_at: Mapped[Instant | None]
    last_clue: Mapped[UUID | None] = mapped_column(Uuid)
    read: Mapped[int] = mapped_column(BigInteger)
    written: Mapped[int] = mapped_column(BigInteger)
    removed: Mapped[int] = mapped_column(BigInteger)
