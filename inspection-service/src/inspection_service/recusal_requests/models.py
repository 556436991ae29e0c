"""Table of requests by inspected units that somebody step aside."""

from datetime import datetime
from uuid import UUID

from chassis.db import Uuid7
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from inspection_service.tables import Base


class RecusalRequest(Base):
    """``statement`` is what the unit says; ``opinion`` is the office's and not for the unit."""

    __tablename__ = "recusal_request"

    id: Mapped[Uuid7]
    team_id: Mapped[UUID] = mapped_column(ForeignKey("team.id"), index=True)
    round_id: Mapped[UUID]
    unit_code: Mapped[str] = mapped_column(index=True)
    office_unit: Mapped[str]
    commission: Mapped[str]
    role: Mapped[str | None]
    cadre_id: Mapped[UUID | None]
    ground: Mapped[str]
    statement: Mapped[str]
    state: Mapped[str]
    opinion: Mapped[str | None]
    answer: Mapped[str | None]
    filed_by: Mapped[str]
    filed_at: Mapped[datetime]
    verified_by: Mapped[str | None]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    version: Mapped[int]
