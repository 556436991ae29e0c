"""What was known about people's days, and since when. Nothing here is changed but the end of knowing it."""

from datetime import date, datetime
from uuid import UUID

from chassis.db import Uuid7
from sqlalchemy import Index, text
from sqlalchemy.dialects.postgresql import DATERANGE, Range
from sqlalchemy.orm import Mapped, mapped_column

from personnel_pool_service.tables import Base


class LendingEntryRow(Base):
    """Days of one seat in one state, as known from one instant until another."""

    __tablename__ = "lending_entry"
    __table_args__ = (
        Index("uq_lending_entry_seat_id", "seat_id", unique=True, postgresql_where=text("known_to is null")),
        Index("ix_lending_entry_days", "days", postgresql_using="gist"),
    )

    id: Mapped[Uuid7]
    seat_id: Mapped[UUID]
    cadre_id: Mapped[UUID]
    home_unit: Mapped[str]
    secondment_id: Mapped[UUID]
    state: Mapped[str]
    days: Mapped[Range[date]] = mapped_column(DATERANGE)
    known_from: Mapped[datetime]
    known_to: Mapped[datetime | None]


class CadreStatusRow(Base):
    """A cadre's standing in the pool from one instant until another. Written by a trigger on ``cadre``."""

    __tablename__ = "cadre_status"
    __table_args__ = (Index("ix_cadre_status_cadre_id", "cadre_id", "known_from"),)

    id: Mapped[Uuid7]
    cadre_id: Mapped[UUID]
    status: Mapped[str]
    home_unit: Mapped[str]
    known_from: Mapped[datetime]
    known_to: Mapped[datetime | None]
