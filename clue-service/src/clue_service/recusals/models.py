"""Who is recused from a clue. Why stays with whoever decided it: there is no column for it."""

from datetime import datetime
from uuid import UUID

from chassis.db import Uuid7
from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from clue_service.tables import Base


class Recusal(Base):
    """One person kept from one clue, and so from every clue of its matters, until somebody else lifts it."""

    __tablename__ = "clue_recusal"
    __table_args__ = (
        Index("ix_clue_recusal_clue_id", "clue_id"),
        Index("ix_clue_recusal_sub", "sub"),
    )

    id: Mapped[Uuid7]
    clue_id: Mapped[UUID] = mapped_column(ForeignKey("clue.id"))
    sub: Mapped[str]
    basis: Mapped[str]
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime]
    lifted_by: Mapped[str | None]
    lifted_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(BigInteger)
