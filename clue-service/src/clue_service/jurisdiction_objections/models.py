"""Jurisdiction objections."""

from datetime import datetime
from uuid import UUID

from chassis.db import Uuid7
from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from clue_service.tables import Base


class JurisdictionObjection(Base):
    """One objection: a transfer is objected to at most once. Answers and decisions are steps of its journal."""

    __tablename__ = "jurisdiction_objection"
    __table_args__ = (
        Index("uq_jurisdiction_objection_transfer_id", "transfer_id", unique=True),
        Index("ix_jurisdiction_objection_raised_by", "raised_by", "id"),
        Index("ix_jurisdiction_objection_sender", "sender", "id"),
        Index("ix_jurisdiction_objection_superior", "superior", "id"),
        Index("ix_jurisdiction_objection_due", "due_at", postgresql_where="state in ('raised', 'submitted')"),
    )

    id: Mapped[Uuid7]
    state: Mapped[str]
    version: Mapped[int] = mapped_column(BigInteger)
    transfer_id: Mapped[UUID] = mapped_column(ForeignKey("clue_transfer.id"))
    clue_id: Mapped[UUID] = mapped_column(ForeignKey("clue.id"))
    """The sender's clue: whoever is recused from it does not meet the objection."""
    raised_by: Mapped[str]
    sender: Mapped[str]
    superior: Mapped[str | None]
    route: Mapped[str]
    secrecy_level: Mapped[str]
    reason: Mapped[str]
    legal_basis: Mapped[str | None]
    proposed_unit: Mapped[str | None]
    """Whom the objector holds to be competent."""
    drafted_by: Mapped[str]
    raised_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    competent_unit: Mapped[str | None]
    recorded_by_side: Mapped[str | None]
    """The commission that recorded what the joint meeting came to."""
