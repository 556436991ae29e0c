"""Tables of rounds, their targets, and who took part in them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from chassis.db import Uuid7
from sqlalchemy import ForeignKey, Text, false, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from inspection_service.tables import Base


class Round(Base):
    """A batch of inspections. ``office_unit`` runs it; ``commission`` is competent for its first target."""

    __tablename__ = "round"

    id: Mapped[Uuid7]
    title: Mapped[str]
    level: Mapped[str]
    type: Mapped[str]
    mode: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    report_due_days: Mapped[int]
    feedback_due_days: Mapped[int]
    state: Mapped[str]
    office_unit: Mapped[str]
    commission: Mapped[str]
    closed_on: Mapped[date | None]
    is_past: Mapped[bool] = mapped_column(server_default=false())
    theme: Mapped[str | None]
    authority_ref: Mapped[str | None]
    partner_offices: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    """Inspection offices that take part (linked), lend the team (cross) or are inspected over (elevated)."""
    briefings: Mapped[str] = mapped_column(server_default="on_request")
    look_back_of: Mapped[UUID | None] = mapped_column(ForeignKey("round.id"))
    created_by: Mapped[str]
    created_at: Mapped[datetime]
    version: Mapped[int]


class RoundTarget(Base):
    """One unit to be inspected. ``team_id`` is the team in charge, ``is_finished`` once that team has closed."""

    __tablename__ = "round_target"

    round_id: Mapped[UUID] = mapped_column(ForeignKey("round.id"), primary_key=True)
    unit_code: Mapped[str] = mapped_column(primary_key=True, index=True)
    position: Mapped[int]
    profile: Mapped[str | None]
    demands: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    secrecy_level: Mapped[str] = mapped_column(server_default="internal")
    commission: Mapped[str] = mapped_column(index=True)
    team_id: Mapped[UUID | None]
    is_finished: Mapped[bool] = mapped_column(server_default=false())


class Participation(Base):
    """Who inspected which unit in which round: the history that continuity looks back to."""

    __tablename__ = "participation"

    round_id: Mapped[UUID] = mapped_column(ForeignKey("round.id"), primary_key=True)
    unit_code: Mapped[str] = mapped_column(primary_key=True, index=True)
    cadre_id: Mapped[UUID] = mapped_column(primary_key=True)
    role: Mapped[str]
