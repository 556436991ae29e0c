"""What is to be sent beside the inbox, and how far the inbox was looked through for it."""

from datetime import datetime
from uuid import UUID

from chassis.db import Uuid7
from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from notification_service.tables import Base


class OutgoingMessage(Base):
    """One notice for one person by one channel. Several that are due together leave as one message."""

    __tablename__ = "outgoing_message"
    __table_args__ = (
        UniqueConstraint("delivery_id", "channel"),
        Index("ix_outgoing_message_due", "send_after", postgresql_where="state = 'pending'"),
    )

    id: Mapped[Uuid7]
    sub: Mapped[str]
    delivery_id: Mapped[UUID] = mapped_column(ForeignKey("delivery.id", ondelete="CASCADE"))
    channel: Mapped[str]
    state: Mapped[str]
    send_after: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(SmallInteger)
    locked_until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]


class OutgoingPosition(Base):
    """One row: deliveries up to ``seq`` have been looked through."""

    __tablename__ = "outgoing_position"
    __table_args__ = (CheckConstraint("only", name="one_row"),)

    only: Mapped[bool] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
