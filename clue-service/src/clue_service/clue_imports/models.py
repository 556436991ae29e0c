"""Imports of clues: counts in the open, the file sealed and gone when the work is done, errors without content."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from chassis.db import Uuid7
from sqlalchemy import BigInteger, ForeignKey, Index, Integer, LargeBinary, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from clue_service.tables import Base


class ClueImport(Base):
    """One file. ``rows_done`` is the cursor: it moves in the transaction that stores the rows it counts."""

    __tablename__ = "clue_import"
    __table_args__ = (
        Index("ix_clue_import_created_by", "created_by", "id"),
        Index("ix_clue_import_status", "status", "updated_at"),
    )

    id: Mapped[Uuid7]
    form: Mapped[str]
    is_dry_run: Mapped[bool]
    status: Mapped[str]
    received_bytes: Mapped[int] = mapped_column(BigInteger)
    rows_total: Mapped[int | None] = mapped_column(Integer)
    rows_done: Mapped[int] = mapped_column(Integer, default=0)
    created: Mapped[int] = mapped_column(Integer, default=0)
    known: Mapped[int] = mapped_column(Integer, default=0)
    receipts: Mapped[int] = mapped_column(Integer, default=0)
    refused: Mapped[int] = mapped_column(Integer, default=0)
    problem: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    created_by: Mapped[str]
    caller: Mapped[str]
    """Who sent it: the person, or the service that acted for the person."""
    unit: Mapped[str | None]
    roles: Mapped[list[str]] = mapped_column(ARRAY(Text))
    clearance: Mapped[str]
    request_id: Mapped[str]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(BigInteger, default=1)


class ClueImportPiece(Base):
    """A part of the file as it came, sealed for this place in this import."""

    __tablename__ = "clue_import_piece"

    import_id: Mapped[UUID] = mapped_column(ForeignKey("clue_import.id"), primary_key=True)
    start: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    size: Mapped[int] = mapped_column(Integer)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class ClueImportError(Base):
    """Why a row is not taken: its number, a field's name, a code."""

    __tablename__ = "clue_import_error"

    import_id: Mapped[UUID] = mapped_column(ForeignKey("clue_import.id"), primary_key=True)
    row: Mapped[int] = mapped_column("row_number", Integer, primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    field: Mapped[str | None]
    code: Mapped[str]


class ClueImportReceipt(Base):
    """That a row about somebody managed above became a receipt: told by a keyed digest of its origin, nothing else."""

    __tablename__ = "clue_import_receipt"

    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    receipt_id: Mapped[UUID] = mapped_column(Uuid)
    recorded_on: Mapped[date]
