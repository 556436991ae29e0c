"""Imports of files: counts in the open, rows and files sealed."""

from datetime import datetime

from chassis.db import Uuid7
from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from personnel_pool_service.tables import Base, Versioned


class FileImportRow(Versioned, Base):
    """One file that was checked or applied. ``outcome`` and ``file`` hold people's data and are sealed."""

    __tablename__ = "file_import"
    __table_args__ = (Index("ix_file_import_kind_id", "kind", "id"),)

    id: Mapped[Uuid7]
    kind: Mapped[str]
    form: Mapped[str]
    status: Mapped[str]
    rows: Mapped[int] = mapped_column("row_count")
    created: Mapped[int]
    updated: Mapped[int]
    unchanged: Mapped[int]
    refused: Mapped[int]
    flagged: Mapped[int]
    created_by: Mapped[str]
    applied_by: Mapped[str | None]
    applied_at: Mapped[datetime | None]
    outcome: Mapped[bytes | None] = mapped_column(deferred=True)
    file: Mapped[bytes | None] = mapped_column(deferred=True)
