"""Letters of advice."""

from datetime import date, datetime
from uuid import UUID

from chassis.db import Uuid7
from sqlalchemy import BigInteger, ForeignKey, Index, SmallInteger, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from clue_service.tables import Base


class Advice(Base):
    """One letter. Replies, reviews and follow-ups are steps of its journal."""

    __tablename__ = "advice"
    __table_args__ = (
        Index("ix_advice_issuing_unit", "issuing_unit", "id"),
        Index("ix_advice_commission", "commission", "id"),
        Index("ix_advice_addressed_unit", "addressed_unit", "id"),
        Index("ix_advice_watchers", "watchers", postgresql_using="gin"),
    )

    id: Mapped[Uuid7]
    kind: Mapped[str]
    state: Mapped[str]
    version: Mapped[int] = mapped_column(BigInteger)
    title: Mapped[str]
    problem: Mapped[str]
    demands: Mapped[str]
    legal_basis: Mapped[str | None]
    secrecy_level: Mapped[str]
    issuing_unit: Mapped[str]
    commission: Mapped[str]
    addressed_unit: Mapped[str]
    watchers: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """The linked office and the resident groups of the addressed unit on the day it was served."""
    clue_id: Mapped[UUID | None] = mapped_column(ForeignKey("clue.id"))
    consultation_id: Mapped[UUID | None] = mapped_column(ForeignKey("consultation.id"))
    reissue_of: Mapped[UUID | None] = mapped_column(ForeignKey("advice.id"))
    drafted_by: Mapped[str]
    drafted_at: Mapped[datetime]
    reply_due_on: Mapped[date]
    """Every letter says it; there is no general period."""
    served_on: Mapped[date | None]
    replied_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    times_returned: Mapped[int] = mapped_column(SmallInteger)
