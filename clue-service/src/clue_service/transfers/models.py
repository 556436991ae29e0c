"""Transfers: a clue on its way from one commission to another, and its result on the way back."""

from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.db import Uuid7
from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from clue_service.tables import Base


class ClueTransfer(Base):
    """One handing over. The sender keeps its clue; the receiver registers one of its own from ``content``."""

    __tablename__ = "clue_transfer"
    __table_args__ = (
        Index("ix_clue_transfer_clue_id", "clue_id"),
        Index("ix_clue_transfer_received_clue_id", "received_clue_id"),
        Index("ix_clue_transfer_from_commission", "from_commission", "id"),
        Index("ix_clue_transfer_to_commission", "to_commission", "id"),
    )

    id: Mapped[Uuid7]
    kind: Mapped[str]
    state: Mapped[str]
    version: Mapped[int] = mapped_column(BigInteger)
    clue_id: Mapped[UUID] = mapped_column(ForeignKey("clue.id"))
    from_commission: Mapped[str]
    to_unit: Mapped[str | None]
    to_commission: Mapped[str | None]
    to_body: Mapped[str | None]
    """A body outside the platform, by name."""
    ground: Mapped[str | None]
    reason: Mapped[str | None]
    legal_basis: Mapped[str | None]
    approval: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    """What is handed over, sealed, until it is received, sent back or taken back."""
    sent_at: Mapped[datetime]
    sent_by: Mapped[str]
    receipt_due_at: Mapped[datetime | None]
    result_due_at: Mapped[datetime | None]
    received_at: Mapped[datetime | None]
    received_by: Mapped[str | None]
    received_clue_id: Mapped[UUID | None] = mapped_column(ForeignKey("clue.id"))
    returned_at: Mapped[datetime | None]
    is_jurisdiction_settled: Mapped[bool] = mapped_column(default=False, server_default="false")
    """It was decided, on an objection, that the receiver is competent."""
    return_reason: Mapped[str | None]
    reported_at: Mapped[datetime | None]
    result: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    """``status``, ``closure``, ``outcome``, ``four_forms``, ``note`` of the receiver's clue."""
