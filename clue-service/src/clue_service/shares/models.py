"""Shares: parts of one clue shown to one person for one purpose until a day; and every reading of them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.db import Uuid7
from sqlalchemy import BigInteger, ForeignKey, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from clue_service.tables import Base


class Share(Base):
    """What one person may see of a clue that is not theirs to see otherwise."""

    __tablename__ = "clue_share"
    __table_args__ = (
        Index("ix_clue_share_clue_id", "clue_id"),
        Index("ix_clue_share_grantee", "grantee", "id"),
        Index("ix_clue_share_commission", "commission", "id"),
    )

    id: Mapped[Uuid7]
    clue_id: Mapped[UUID] = mapped_column(ForeignKey("clue.id"))
    commission: Mapped[str]
    """The clue's commission, whose office looks after the share."""
    grantee: Mapped[str]
    parts: Mapped[list[str]] = mapped_column(ARRAY(Text))
    purpose: Mapped[str]
    approval: Mapped[dict[str, Any]] = mapped_column(JSONB)
    expires_at: Mapped[datetime]
    granted_by: Mapped[str]
    granted_at: Mapped[datetime]
    revoked_by: Mapped[str | None]
    revoked_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(BigInteger)


class ShareReading(Base):
    """One reading of a share, for whoever gave it."""

    __tablename__ = "clue_share_reading"
    __table_args__ = (Index("ix_clue_share_reading_share_id", "share_id", "id"),)

    id: Mapped[Uuid7]
    share_id: Mapped[UUID] = mapped_column(ForeignKey("clue_share.id"))
    reader: Mapped[str]
    unit: Mapped[str | None]
    read_at: Mapped[datetime]
