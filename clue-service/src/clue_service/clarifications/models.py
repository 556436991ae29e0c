"""Clarifications."""

from datetime import datetime
from uuid import UUID

from chassis.db import Uuid7
from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from clue_service.tables import Base


class Clarification(Base):
    """One clarification for one subject of a clue. What was said and seen are steps of its journal."""

    __tablename__ = "clarification"
    __table_args__ = (
        Index("ix_clarification_clue_id", "clue_id"),
        Index("ix_clarification_commission", "commission", "id"),
        Index("ix_clarification_handling_unit", "handling_unit", "id"),
    )

    id: Mapped[Uuid7]
    state: Mapped[str]
    version: Mapped[int] = mapped_column(BigInteger)
    clue_id: Mapped[UUID] = mapped_column(ForeignKey("clue.id"))
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("clue_subject.id", ondelete="CASCADE"))
    commission: Mapped[str]
    handling_unit: Mapped[str]
    secrecy_level: Mapped[str]
    forms: Mapped[list[str]] = mapped_column(ARRAY(Text))
    carried_out: Mapped[list[str]] = mapped_column(ARRAY(Text))
    is_across: Mapped[bool] = mapped_column(Boolean)
    """Several departments take part: a step may take ten working days."""
    harm: Mapped[str]
    scope: Mapped[str]
    """Before whom it is said."""
    drafted_by: Mapped[str]
    drafted_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
