"""Whose days are taken. The exclusion constraint is the last word on double booking."""

from datetime import date
from uuid import UUID

from chassis.db import Uuid7
from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import DATERANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from personnel_pool_service.tables import Base

NO_OVERLAP = "ex_booking_cadre_id_days"


class BookingRow(Base):
    """One cadre taken for some days. ``home_unit`` is where the cadre was at home when reserved."""

    __tablename__ = "booking"
    __table_args__ = (
        ExcludeConstraint((text("cadre_id"), "="), (text("days"), "&&"), name=NO_OVERLAP, using="gist"),
        Index("ix_booking_home_unit_days", "home_unit", "days", postgresql_using="gist"),
    )

    id: Mapped[Uuid7]
    cadre_id: Mapped[UUID] = mapped_column(ForeignKey("cadre.id"))
    home_unit: Mapped[str]
    days: Mapped[Range[date]] = mapped_column(DATERANGE)
