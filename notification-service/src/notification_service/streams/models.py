"""Tickets that open a stream once, and the epoch positions belong to."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from notification_service.tables import Base


class StreamTicket(Base):
    """By digest: whoever reads the table opens nothing."""

    __tablename__ = "stream_ticket"
    __table_args__ = (Index(None, "expires_at"),)

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    sub: Mapped[str]
    expires_at: Mapped[datetime]


class StreamEpoch(Base):
    """One row. Positions of another database, or of one that was set back, mean nothing here."""

    __tablename__ = "stream_epoch"
    __table_args__ = (CheckConstraint("only", name="one_row"),)

    only: Mapped[bool] = mapped_column(primary_key=True)
    epoch: Mapped[UUID]
