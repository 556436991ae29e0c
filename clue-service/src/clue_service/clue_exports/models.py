"""Exports of clues: who asked for what, who agreed, and the sealed file while it lives."""

from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.db import Uuid7
from sqlalchemy import BigInteger, ForeignKey, Index, Integer, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from clue_service.tables import Base


class ClueExport(Base):
    """One request to take clues out."""

    __tablename__ = "clue_export"
    __table_args__ = (
        Index("ix_clue_export_clue_id", "clue_id"),
        Index("ix_clue_export_commission", "commission", "id"),
        Index("ix_clue_export_requested_by", "requested_by", "id"),
        Index("ix_clue_export_ending", "expires_at", postgresql_where="state in ('approved', 'made')"),
    )

    id: Mapped[Uuid7]
    state: Mapped[str]
    version: Mapped[int] = mapped_column(BigInteger)
    clue_id: Mapped[UUID | None] = mapped_column(ForeignKey("clue.id"))
    """The clue, where one was asked for by its id; a selection has none."""
    filter: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    commission: Mapped[str]
    secrecy_level: Mapped[str]
    """The highest of its clues."""
    basis: Mapped[str]
    reason: Mapped[str | None]
    """Erased once one of the clues is gone."""
    format: Mapped[str]
    language: Mapped[str]
    requested_by: Mapped[str]
    requester_unit: Mapped[str]
    requested_at: Mapped[datetime]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    made_at: Mapped[datetime | None]
    taken: Mapped[int | None] = mapped_column(Integer)
    """How many clues the file holds."""
    size: Mapped[int | None] = mapped_column(Integer)
    digest: Mapped[bytes | None] = mapped_column(LargeBinary)
    """SHA-256 of the file."""


class ClueExportClue(Base):
    """A clue of an export: asked for, agreed on, taken out."""

    __tablename__ = "clue_export_clue"
    __table_args__ = (Index("ix_clue_export_clue_clue_id", "clue_id"),)

    export_id: Mapped[UUID] = mapped_column(ForeignKey("clue_export.id"), primary_key=True)
    clue_id: Mapped[UUID] = mapped_column(ForeignKey("clue.id"), primary_key=True)
    is_approved: Mapped[bool] = mapped_column(default=False)
    is_taken: Mapped[bool] = mapped_column(default=False)


class ClueExportFile(Base):
    """The file, sealed for its export; gone when that ends."""

    __tablename__ = "clue_export_file"

    export_id: Mapped[UUID] = mapped_column(ForeignKey("clue_export.id"), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
