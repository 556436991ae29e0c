"""Table of rule sets: one row per version."""

from datetime import datetime
from typing import Any

from chassis.db import Uuid7
from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from inspection_service.tables import Base


class RuleSet(Base):
    """One version of an office's profile or weights. ``number`` counts versions of a name; ``version`` counts edits."""

    __tablename__ = "rule_set"

    id: Mapped[Uuid7]
    office_unit: Mapped[str]
    kind: Mapped[str]
    name: Mapped[str]
    number: Mapped[int]
    status: Mapped[str]
    document: Mapped[dict[str, Any]] = mapped_column(JSONB)
    note: Mapped[str | None]
    drafted_by: Mapped[str]
    created_at: Mapped[datetime]
    decided_by: Mapped[str | None]
    in_force_at: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]
    version: Mapped[int]

    __table_args__ = (
        UniqueConstraint("office_unit", "name", "number"),
        Index(
            "uq_rule_set_in_force",
            "office_unit",
            "name",
            unique=True,
            postgresql_where=text("status = 'in_force'"),
        ),
    )
