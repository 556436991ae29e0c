"""Events as they leave the platform, in the order in which they came."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from notification_service.tables import Base


class OutwardEvent(Base):
    """One event as structured CloudEvents JSON: ids, codes, states and dates. ``seq`` follows commit order."""

    __tablename__ = "outward_event"
    __table_args__ = (UniqueConstraint("event_id"), Index(None, "stored_at"))

    seq: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    event_id: Mapped[UUID]
    type: Mapped[str]
    service: Mapped[str]
    path: Mapped[str]
    """Where ``service`` is asked whether somebody may know of it."""
    open_to: Mapped[str | None]
    """The commission whose integrators may hear of it unasked; the type allows that."""
    body: Mapped[dict[str, Any]] = mapped_column(JSONB)
    stored_at: Mapped[datetime]
