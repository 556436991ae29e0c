"""Versions of the words of messages."""

from datetime import datetime

from chassis.db import Uuid7
from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from notification_service.tables import Base


class MessageTemplate(Base):
    """One version in one language; at most one of a name and language is active."""

    __tablename__ = "message_template"
    __table_args__ = (
        UniqueConstraint("name", "language", "number"),
        Index("ix_message_template_active", "name", "language", unique=True, postgresql_where="is_active"),
    )

    id: Mapped[Uuid7]
    name: Mapped[str]
    language: Mapped[str]
    number: Mapped[int]
    subject: Mapped[str]
    body: Mapped[str]
    is_active: Mapped[bool]
    made_by: Mapped[str]
    made_at: Mapped[datetime]
