"""Trend and hotspot reports: the document as it was made. Rows are never changed."""

from datetime import date, datetime

from chassis.db import Uuid7
from sqlalchemy import Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from clue_service.tables import Base


class TrendReport(Base):
    """``document`` is canonical JSON; making it again as of the same day gives the same bytes."""

    __tablename__ = "trend_report"
    __table_args__ = (UniqueConstraint("commission", "period", "as_of", "levels"),)

    id: Mapped[Uuid7]
    commission: Mapped[str]
    period: Mapped[str]
    as_of: Mapped[date]
    levels: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """Clues of these levels of secrecy are counted; who is not cleared for all of them does not read it."""
    document: Mapped[str] = mapped_column(Text)
    digest: Mapped[str]
    made_by: Mapped[str]
    created_at: Mapped[datetime]
