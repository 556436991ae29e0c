"""Clocks as data: later versions of rules, calendars that people wrote, pauses and extensions, runs that count anew."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from chassis.db import Uuid7
from sqlalchemy import BigInteger, Date, ForeignKey, Index, SmallInteger, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from clue_service.tables import Base


class DueRuleVersion(Base):
    """A version of a rule after the first. Rows are final: a change is another version."""

    __tablename__ = "due_rule_version"
    __table_args__ = (UniqueConstraint("name", "version"),)

    id: Mapped[Uuid7]
    name: Mapped[str]
    version: Mapped[int] = mapped_column(SmallInteger)
    months: Mapped[int] = mapped_column(SmallInteger)
    days: Mapped[int] = mapped_column(SmallInteger)
    working_days: Mapped[int] = mapped_column(SmallInteger)
    extensions: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    pause_roles: Mapped[list[str]] = mapped_column(JSONB)
    source: Mapped[str]
    reason: Mapped[str]
    valid_from: Mapped[date]
    written_by: Mapped[str]
    written_at: Mapped[datetime]


class CalendarYear(Base):
    """A year's working days as the State Council's notice says, where they differ from Monday to Friday."""

    __tablename__ = "calendar_year"

    year: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    off_days: Mapped[list[date]] = mapped_column(ARRAY(Date))
    workdays: Mapped[list[date]] = mapped_column(ARRAY(Date))
    notice_ref: Mapped[str]
    written_by: Mapped[str]
    written_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(BigInteger)


class ChangeColumns:
    """What is kept of a pause or an extension of any clock of a clue."""

    kind: Mapped[str]
    since: Mapped[date]
    """The first day of a pause; the day an extension was granted."""
    until: Mapped[date | None]
    """The day the clock went on, or the later end that was granted; None while a pause lasts."""
    ground: Mapped[str | None]
    reason: Mapped[str]
    approval: Mapped[dict[str, Any]] = mapped_column(JSONB)
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime]
    ended_by: Mapped[str | None]
    ended_at: Mapped[datetime | None]


class ClockChange(ChangeColumns, Base):
    """A pause or an extension of the clock that the state of a clue runs, in the order they happened."""

    __tablename__ = "clock_change"
    __table_args__ = (
        Index("ix_clock_change_clue_id", "clue_id", "id"),
        Index(
            "uq_clock_change_open_pause", "clue_id", unique=True, postgresql_where="kind = 'pause' and until is null"
        ),
    )

    id: Mapped[Uuid7]
    clue_id: Mapped[UUID] = mapped_column(ForeignKey("clue.id"))
    rule: Mapped[str]
    clock_start: Mapped[date]


class DeadlineRun(Base):
    """A run that counts due dates anew; it goes on where it was left off."""

    __tablename__ = "deadline_run"

    id: Mapped[Uuid7]
    started_by: Mapped[str]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    kind: Mapped[str]
    after_id: Mapped[UUID | None] = mapped_column(Uuid)
    read: Mapped[int] = mapped_column(BigInteger)
    changed: Mapped[int] = mapped_column(BigInteger)
