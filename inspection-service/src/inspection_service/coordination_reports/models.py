"""Table of half-year coordination reports: the document as it was made, and what happened to it."""

from datetime import date, datetime
from typing import Any

from chassis.db import Uuid7
from sqlalchemy import Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from inspection_service.tables import Base


class CoordinationReport(Base):
    """``document`` is canonical JSON; making it again as of the same day gives the same bytes."""

    __tablename__ = "coordination_report"

    id: Mapped[Uuid7]
    unit_code: Mapped[str]
    period: Mapped[str]
    as_of: Mapped[date]
    state: Mapped[str]
    document: Mapped[str] = mapped_column(Text)
    digest: Mapped[str]
    contributions: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    hearing: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    decisions: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    made_by: Mapped[str]
    created_at: Mapped[datetime]
    version: Mapped[int]

    __table_args__ = (UniqueConstraint("unit_code", "period", "as_of"),)
