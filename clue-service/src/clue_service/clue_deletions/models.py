"""Deletions of clues; an approved one is the clue's tombstone."""

from datetime import date, datetime
from uuid import UUID

from chassis.db import Uuid7
from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from clue_service.tables import Base


class ClueDeletion(Base):
    """One request to delete a clue's content; of a clue at most one waits."""

    __tablename__ = "clue_deletion"
    __table_args__ = (
        Index("ix_clue_deletion_clue_id", "clue_id"),
        Index("ix_clue_deletion_commission", "commission", "id"),
        Index("uq_clue_deletion_waiting", "clue_id", unique=True, postgresql_where="state = 'requested'"),
    )

    id: Mapped[Uuid7]
    state: Mapped[str]
    version: Mapped[int] = mapped_column(BigInteger)
    clue_id: Mapped[UUID] = mapped_column(ForeignKey("clue.id"))
    clue_no: Mapped[str]
    clue_version: Mapped[int] = mapped_column(BigInteger)
    """Of the clue when it was asked; whatever is done with it since has to be looked at first."""
    commission: Mapped[str]
    secrecy_level: Mapped[str]
    basis: Mapped[str]
    reason: Mapped[str | None]
    """Erased with the clue: people write in reasons what they should not."""
    received_on: Mapped[date]
    last_step_on: Mapped[date]
    kept_until: Mapped[date]
    requested_by: Mapped[str]
    requester_unit: Mapped[str]
    requested_at: Mapped[datetime]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
