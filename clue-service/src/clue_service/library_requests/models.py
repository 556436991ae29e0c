"""Requests to read an entry of the library."""

from datetime import datetime
from uuid import UUID

from chassis.db import Uuid7
from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from clue_service.tables import Base


class LibraryRequest(Base):
    """Who asks for an entry, what for, until when, and who decided."""

    __tablename__ = "library_request"
    __table_args__ = (
        Index("ix_library_request_requester", "requester", "id"),
        Index("ix_library_request_commission", "commission", "state", "id"),
        Index("ix_library_request_item_id", "item_id"),
        Index(
            "ix_library_request_ending",
            "expires_at",
            postgresql_where="state = 'granted' and expiry_told_at is null",
        ),
        Index("uq_library_request_open", "item_id", "requester", unique=True, postgresql_where="state = 'requested'"),
    )

    id: Mapped[Uuid7]
    item_id: Mapped[UUID] = mapped_column(ForeignKey("library_item.id"))
    owner_unit: Mapped[str]
    commission: Mapped[str]
    """The entry's, whose people decide."""
    requester: Mapped[str]
    requester_unit: Mapped[str]
    purpose: Mapped[str]
    state: Mapped[str]
    version: Mapped[int] = mapped_column(BigInteger)
    requested_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    decision_reason: Mapped[str | None]
    expiry_told_at: Mapped[datetime | None]
    """When who asked was told that the grant ends soon."""
