"""Webhooks, what is to be delivered to them, and every attempt."""

from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.db import Uuid7
from sqlalchemy import BigInteger, ForeignKey, Index, SmallInteger, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from notification_service.tables import Base


class Webhook(Base):
    """One receiver. It hears what its owner may know, and nothing when the owner may know nothing."""

    __tablename__ = "webhook"
    __table_args__ = (Index(None, "owner_sub"),)

    id: Mapped[Uuid7]
    owner_sub: Mapped[str]
    claimed: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """What the owner's token said last; counts only for people the directory does not know."""
    url: Mapped[str]
    event_types: Mapped[list[str]] = mapped_column(JSONB)
    description: Mapped[str | None]
    state: Mapped[str]
    disabled_because: Mapped[str | None]
    secret: Mapped[bytes]
    old_secret: Mapped[bytes | None]
    old_secret_until: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(BigInteger)
    """Failed attempts in a row."""
    failing_since: Mapped[datetime | None]
    resting_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(BigInteger)


class WebhookDelivery(Base):
    """One message to one webhook. ``message_id`` is the event's id, the same at every attempt."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        UniqueConstraint("webhook_id", "message_id"),
        Index("ix_webhook_delivery_due", "webhook_id", "next_attempt_at", "id", postgresql_where="state = 'pending'"),
        Index(None, "event_seq"),
    )

    id: Mapped[Uuid7]
    webhook_id: Mapped[UUID] = mapped_column(ForeignKey("webhook.id", ondelete="CASCADE"))
    message_id: Mapped[UUID]
    event_type: Mapped[str]
    event_seq: Mapped[int | None] = mapped_column(ForeignKey("outward_event.seq", ondelete="CASCADE"))
    """None for a test message."""
    state: Mapped[str]
    attempts: Mapped[int] = mapped_column(SmallInteger)
    next_attempt_at: Mapped[datetime]
    locked_until: Mapped[datetime | None]
    last_code: Mapped[str | None]
    last_status: Mapped[int | None] = mapped_column(SmallInteger)
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class WebhookAttempt(Base):
    """One attempt, for the delivery log. Nothing of what the receiver answered is kept but its status."""

    __tablename__ = "webhook_attempt"
    __table_args__ = (Index(None, "delivery_id", "id"),)

    id: Mapped[Uuid7]
    delivery_id: Mapped[UUID] = mapped_column(ForeignKey("webhook_delivery.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    code: Mapped[str]
    status: Mapped[int | None] = mapped_column(SmallInteger)
    took_ms: Mapped[int]
