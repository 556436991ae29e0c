"""Tables of half-year coordination reports: the document as it was made, what happened to it, and who owes them."""

from datetime import date, datetime
from typing import Any

from chassis.db import Uuid7
from sqlalchemy import String, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
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
    author_units: Mapped[list[str]] = mapped_column(ARRAY(String), server_default="{}")
    contributions: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    hearing: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    decisions: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    made_by: Mapped[str]
    created_at: Mapped[datetime]
    version: Mapped[int]

    __table_args__ = (UniqueConstraint("unit_code", "period", "as_of"),)


class ReportingCommission(Base):
    """A commission the clock opens reports for: every half year that ends on the day it was first met, or later."""

    __tablename__ = "reporting_commission"

    unit_code: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[date]
