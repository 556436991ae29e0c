"""Receipts of reports about somebody managed above: they have no room for a subject, a reporter or content."""

from datetime import date, datetime

from chassis.db import Uuid7
from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped, mapped_column

from clue_service.tables import Base


class SealedReceipt(Base):
    """That something came in, how, and when it went up."""

    __tablename__ = "sealed_receipt"
    __table_args__ = (Index("ix_sealed_receipt_commission", "commission", "id"),)

    id: Mapped[Uuid7]
    commission: Mapped[str]
    received_on: Mapped[date]
    sent_on: Mapped[date | None]
    channel: Mapped[str]
    courier: Mapped[str | None]
    due_at: Mapped[datetime]
    due_provisional: Mapped[bool]
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(BigInteger)
