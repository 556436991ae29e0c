"""Table of adoptions: the recorded decision, and how far it has been carried out."""

from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.db import Uuid7
from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from inspection_service.tables import Base


class Adoption(Base):
    """``teams`` holds team ids, units, seats and each team's reservation outcome with its secondment id."""

    __tablename__ = "adoption"

    id: Mapped[Uuid7]
    run_id: Mapped[UUID] = mapped_column(ForeignKey("assembly_run.id"), index=True)
    round_id: Mapped[UUID] = mapped_column(ForeignKey("round.id"))
    state: Mapped[str]
    teams: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    override_reason: Mapped[str | None]
    started_by: Mapped[str]
    refusal_code: Mapped[str | None]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    version: Mapped[int]

    __table_args__ = (
        Index(
            "uq_adoption_live",
            "round_id",
            unique=True,
            postgresql_where=text("state in ('reserving', 'compensating')"),
        ),
        Index("uq_adoption_adopted", "run_id", unique=True, postgresql_where=text("state = 'adopted'")),
    )
