"""Table of replacement plans."""

from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.db import Uuid7
from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from inspection_service.tables import Base


class ReplacementPlan(Base):
    """Who drops out of a team, who could take the seats, and what became of it."""

    __tablename__ = "replacement_plan"

    id: Mapped[Uuid7]
    team_id: Mapped[UUID] = mapped_column(ForeignKey("team.id"), index=True)
    out: Mapped[list[str]]
    cause: Mapped[str]
    state: Mapped[str]
    options: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    sentence: Mapped[list[str] | None] = mapped_column(JSONB(none_as_null=True))
    unmet: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    chosen: Mapped[int | None]
    reason: Mapped[str | None]
    refusal_code: Mapped[str | None]
    authorised_option: Mapped[int | None]
    """The option a leader agreed to, where it exchanges chiefs of an authorised team."""
    authorised_by: Mapped[str | None]
    authorised_at: Mapped[datetime | None]
    created_by: Mapped[str]
    carried_out_by: Mapped[str | None]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    version: Mapped[int]

    __table_args__ = (
        Index(
            "uq_replacement_plan_under_way",
            "team_id",
            unique=True,
            postgresql_where=text("state = 'carrying_out'"),
        ),
    )
