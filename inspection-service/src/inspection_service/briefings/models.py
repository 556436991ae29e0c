"""Table of briefings asked for before a team enters."""

from datetime import datetime
from uuid import UUID

from chassis.db import Uuid7
from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from inspection_service.tables import Base


class BriefingRequest(Base):
    """One office asked to tell what it knows of a unit. ``contribution`` is read by the team and the office only."""

    __tablename__ = "briefing_request"
    __table_args__ = (UniqueConstraint("team_id", "from_unit"),)

    id: Mapped[Uuid7]
    team_id: Mapped[UUID] = mapped_column(ForeignKey("team.id"))
    round_id: Mapped[UUID]
    unit_code: Mapped[str]
    office_unit: Mapped[str]
    commission: Mapped[str]
    from_unit: Mapped[str] = mapped_column(index=True)
    state: Mapped[str]
    due_at: Mapped[datetime]
    nothing_to_report: Mapped[bool | None]
    contribution: Mapped[str | None]
    asked_by: Mapped[str]
    asked_at: Mapped[datetime]
    acknowledged_by: Mapped[str | None]
    acknowledged_at: Mapped[datetime | None]
    version: Mapped[int]
