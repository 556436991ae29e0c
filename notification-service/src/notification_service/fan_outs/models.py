"""Notices that are on their way to many people."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Integer, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from notification_service.tables import Base


class FanOut(Base):
    """One notice and all who get it, in order; the first ``done`` of them have it. Gone when everybody has."""

    __tablename__ = "fan_out"

    notice_id: Mapped[UUID] = mapped_column(ForeignKey("notice.id", ondelete="CASCADE"), primary_key=True)
    subs: Mapped[list[str]] = mapped_column(ARRAY(Text))
    units: Mapped[list[str | None]] = mapped_column(ARRAY(Text))
    """The unit concerned, as each of them sees it."""
    done: Mapped[int] = mapped_column(Integer)
    started_at: Mapped[datetime]
