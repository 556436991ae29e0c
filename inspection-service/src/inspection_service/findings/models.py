"""Table of findings. ``text`` and ``person`` are content: they leave this table only to readers and to clue-service."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from chassis.db import Uuid7
from sqlalchemy import ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from inspection_service.tables import Base


class Finding(Base):
    """What a team found. ``clue_*`` is what clue-service last told; ``clue_version`` guards against older news."""

    __tablename__ = "finding"

    id: Mapped[Uuid7]
    team_id: Mapped[UUID] = mapped_column(ForeignKey("team.id"), index=True)
    round_id: Mapped[UUID] = mapped_column(ForeignKey("round.id"), index=True)
    unit_code: Mapped[str]
    office_unit: Mapped[str]
    receiving_unit: Mapped[str]
    category: Mapped[str]
    severity: Mapped[str]
    text: Mapped[str]
    person: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    state: Mapped[str]
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime]
    handed_over_by: Mapped[str | None]
    handed_over_at: Mapped[datetime | None]
    hand_over_phase: Mapped[str | None]
    """``early`` while the team was at its unit, ``final`` after it had reported."""
    result_due_on: Mapped[date | None]
    """By when the competent commission owes word of what became of the clue."""
    refusal_code: Mapped[str | None]
    clue_id: Mapped[UUID | None]
    clue_no: Mapped[str | None]
    clue_status: Mapped[str | None]
    clue_closure: Mapped[str | None]
    clue_version: Mapped[int | None]
    clue_outcome: Mapped[str | None]
    clue_four_forms: Mapped[int | None]
    referred_to: Mapped[str | None]
    referred_by: Mapped[str | None]
    referred_at: Mapped[datetime | None]
    withdrawal_reason: Mapped[str | None]
    withdrawn_at: Mapped[datetime | None]
    version: Mapped[int]
