"""Notices, whom they are addressed to, and who has got them."""

from datetime import datetime
from uuid import UUID

from chassis.db import Uuid7
from sqlalchemy import BigInteger, ForeignKey, Identity, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from notification_service.tables import Base


class Notice(Base):
    """What is to be told about one event. ``excluded_sub`` knows it already; ``is_lasting`` reaches later holders."""

    __tablename__ = "notice"
    __table_args__ = (UniqueConstraint("event_id"), Index(None, "created_at"), Index(None, "item_id"))

    id: Mapped[Uuid7]
    event_id: Mapped[UUID]
    kind: Mapped[str]
    item_type: Mapped[str]
    item_id: Mapped[str]
    item_no: Mapped[str | None]
    due_at: Mapped[datetime | None]
    excluded_sub: Mapped[str | None]
    is_lasting: Mapped[bool]
    created_at: Mapped[datetime]


class Audience(Base):
    """One address, shared by all notices that have it. ``within`` is empty for no limit, so that it can be unique."""

    __tablename__ = "audience"
    __table_args__ = (UniqueConstraint("relation", "target", "roles", "within"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    relation: Mapped[str]
    target: Mapped[str]
    roles: Mapped[list[str]] = mapped_column(JSONB)
    within: Mapped[str]


class NoticeAudience(Base):
    """A notice's address, and the unit concerned as its recipients see it."""

    __tablename__ = "notice_audience"
    __table_args__ = (Index(None, "audience_id"),)

    notice_id: Mapped[UUID] = mapped_column(ForeignKey("notice.id", ondelete="CASCADE"), primary_key=True)
    audience_id: Mapped[int] = mapped_column(ForeignKey("audience.id"), primary_key=True)
    unit: Mapped[str | None]


class Delivery(Base):
    """A notice in one person's inbox. ``seq`` follows commit order: streams resume by it."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("sub", "notice_id"),
        Index(None, "sub", "seq"),
        Index("ix_delivery_unread", "sub", "seq", postgresql_where="read_at is null"),
        UniqueConstraint("seq"),
    )

    id: Mapped[Uuid7]
    seq: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    sub: Mapped[str]
    notice_id: Mapped[UUID] = mapped_column(ForeignKey("notice.id", ondelete="CASCADE"))
    unit: Mapped[str | None]
    delivered_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]
    """When the recipient took note of a notice that asks for it."""


class OriginOffice(Base):
    """The inspection office behind ``finding:<id>`` or ``team:<id>``, learned from inspection-service's events."""

    __tablename__ = "origin_office"

    ref: Mapped[str] = mapped_column(primary_key=True)
    unit: Mapped[str]
