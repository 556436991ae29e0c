"""Briefings, their sealed editions, and who has to acknowledge them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from chassis.db import Uuid7
from sqlalchemy import BigInteger, ForeignKey, Index, SmallInteger
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from notification_service.tables import Base


class Briefing(Base):
    """All that may be known of a briefing without reading it; what it says is in its editions."""

    __tablename__ = "briefing"
    __table_args__ = (
        Index("ix_briefing_issuing_unit", "issuing_unit", "id"),
        Index("ix_briefing_commission", "commission", "id"),
        Index("ix_briefing_escalate_at", "escalate_at", postgresql_where="state = 'issued'"),
    )

    id: Mapped[Uuid7]
    kind: Mapped[str]
    state: Mapped[str]
    version: Mapped[int] = mapped_column(BigInteger)
    edition: Mapped[int] = mapped_column(SmallInteger)
    """0 until it is issued; counts what has been issued."""
    issuing_unit: Mapped[str]
    commission: Mapped[str]
    secrecy_level: Mapped[str]
    period_from: Mapped[date | None]
    period_to: Mapped[date | None]
    scope_units: Mapped[list[str]] = mapped_column(JSONB)
    addressed: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    """Recipients as they were named; worked out anew with each edition."""
    ack_due_on: Mapped[date | None]
    """The day that was asked for; None: the platform's general period."""
    ack_due: Mapped[datetime | None]
    escalate_at: Mapped[datetime | None]
    escalated_edition: Mapped[int] = mapped_column(SmallInteger)
    drafted_by: Mapped[str]
    drafted_at: Mapped[datetime]
    reviewed_by: Mapped[str | None]
    issued_at: Mapped[datetime | None]
    recalled_at: Mapped[datetime | None]
    recall_sealed: Mapped[bytes | None]
    """Why it was withdrawn, sealed."""


class BriefingEdition(Base):
    """What a briefing says, sealed: title, text, and for a correction its reason. Number 1 is the draft."""

    __tablename__ = "briefing_edition"

    briefing_id: Mapped[UUID] = mapped_column(ForeignKey("briefing.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    sealed: Mapped[bytes]
    written_by: Mapped[str]
    written_at: Mapped[datetime]


class BriefingRecipient(Base):
    """Somebody who has to acknowledge: a person (``sub``), or a unit, for which one of its people does."""

    __tablename__ = "briefing_recipient"
    __table_args__ = (
        Index("uq_briefing_recipient_sub", "briefing_id", "sub", unique=True, postgresql_where="sub is not null"),
        Index("uq_briefing_recipient_unit", "briefing_id", "unit", unique=True, postgresql_where="sub is null"),
        Index("ix_briefing_recipient_by_sub", "sub", "briefing_id"),
        Index("ix_briefing_recipient_by_unit", "unit", "briefing_id"),
    )

    id: Mapped[Uuid7]
    briefing_id: Mapped[UUID] = mapped_column(ForeignKey("briefing.id", ondelete="CASCADE"))
    origin: Mapped[str]
    sub: Mapped[str | None]
    unit: Mapped[str]
    acknowledged_edition: Mapped[int] = mapped_column(SmallInteger)
    """The edition that was acknowledged last; 0: none yet."""
    acknowledged_by: Mapped[str | None]
    acknowledged_at: Mapped[datetime | None]
