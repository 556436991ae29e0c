"""Requests for protection, and apart from them what was told, sealed."""

from datetime import date, datetime
from uuid import UUID

from chassis.db import Uuid7
from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, LargeBinary, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from clue_service.tables import Base


class ProtectionRequest(Base):
    """That somebody is to be protected, in codes."""

    __tablename__ = "protection_request"
    __table_args__ = (
        Index("ix_protection_request_clue_id", "clue_id"),
        Index("ix_protection_request_commission", "commission", "id"),
        Index("ix_protection_request_charged_unit", "charged_unit", "id"),
        Index("ix_protection_request_requested_by", "requested_by", "id"),
    )

    id: Mapped[Uuid7]
    state: Mapped[str]
    version: Mapped[int] = mapped_column(BigInteger)
    clue_id: Mapped[UUID] = mapped_column(ForeignKey("clue.id"))
    commission: Mapped[str]
    secrecy_level: Mapped[str]
    protected: Mapped[str]
    threat: Mapped[str]
    is_urgent: Mapped[bool] = mapped_column(Boolean)
    measures: Mapped[list[str]] = mapped_column(ARRAY(Text))
    carried_out: Mapped[list[str]] = mapped_column(ARRAY(Text))
    charged_unit: Mapped[str | None]
    in_force_until: Mapped[date | None]
    requested_by: Mapped[str]
    requester_unit: Mapped[str]
    requested_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    """By when it is decided, or the measures are carried out, or it is looked at again."""


class ProtectionContent(Base):
    """What was told, sealed for its request; gone with the content of its clue."""

    __tablename__ = "protection_content"

    request_id: Mapped[UUID] = mapped_column(ForeignKey("protection_request.id"), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
