"""Unsealings of reporters: who asked why, who agreed, when it was read. The identity itself is never here."""

from datetime import datetime
from uuid import UUID

from chassis.db import Uuid7
from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from clue_service.tables import Base


class Unsealing(Base):
    """One request to read who reported a clue."""

    __tablename__ = "unsealing"
    __table_args__ = (
        Index("ix_unsealing_clue_id", "clue_id"),
        Index("ix_unsealing_commission", "commission", "id"),
        Index("ix_unsealing_requested_by", "requested_by", "id"),
    )

    id: Mapped[Uuid7]
    clue_id: Mapped[UUID] = mapped_column(ForeignKey("clue.id"))
    commission: Mapped[str]
    reason_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """People explain themselves with what they should not write; so it is sealed too, and erased with the clue."""
    state: Mapped[str]
    requested_by: Mapped[str]
    requested_at: Mapped[datetime]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    usable_until: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(BigInteger)
