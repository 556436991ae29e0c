"""Findings of false accusation."""

from datetime import datetime
from uuid import UUID

from chassis.db import Uuid7
from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from clue_service.tables import Base


class AccusationFinding(Base):
    """Whether a clue's report was a false accusation; of one clue at most one that was not withdrawn or rejected."""

    __tablename__ = "accusation_finding"
    __table_args__ = (
        Index("ix_accusation_finding_clue_id", "clue_id"),
        Index("ix_accusation_finding_commission", "commission", "id"),
        Index("ix_accusation_finding_approving_commission", "approving_commission", "id"),
    )

    id: Mapped[Uuid7]
    state: Mapped[str]
    version: Mapped[int] = mapped_column(BigInteger)
    clue_id: Mapped[UUID] = mapped_column(ForeignKey("clue.id"))
    commission: Mapped[str]
    approving_commission: Mapped[str]
    secrecy_level: Mapped[str]
    grounds: Mapped[str]
    proposed_by: Mapped[str]
    proposed_at: Mapped[datetime]
    endorsed_by: Mapped[str | None]
    decided_by: Mapped[str | None]
    verdict: Mapped[str | None]
    measure: Mapped[str | None]
