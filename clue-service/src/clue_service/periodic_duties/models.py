"""What is owed for a month or a quarter."""

from datetime import date, datetime

from chassis.db import Uuid7
from sqlalchemy import BigInteger, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from clue_service.tables import Base


class PeriodicDuty(Base):
    """One period of a duty. ``is_latest``: the next period follows it once it is over."""

    __tablename__ = "periodic_duty"
    __table_args__ = (
        UniqueConstraint("commission", "unit", "kind", "period_from"),
        Index("ix_periodic_duty_commission", "commission", "state", "id"),
        Index("ix_periodic_duty_unit", "unit", "id"),
        Index("ix_periodic_duty_latest", "period_to", postgresql_where=text("is_latest")),
        Index(
            "uq_periodic_duty_latest",
            "commission",
            "unit",
            "kind",
            unique=True,
            postgresql_where=text("is_latest"),
        ),
    )

    id: Mapped[Uuid7]
    kind: Mapped[str]
    state: Mapped[str]
    version: Mapped[int] = mapped_column(BigInteger)
    commission: Mapped[str]
    unit: Mapped[str]
    """The petition office that is told, or the office that is reconciled with."""
    every: Mapped[str]
    period_from: Mapped[date]
    period_to: Mapped[date]
    is_latest: Mapped[bool]
    due_rule: Mapped[str]
    due_rule_version: Mapped[int] = mapped_column(SmallInteger)
    due_at: Mapped[datetime]
    due_provisional: Mapped[bool]
    met_on: Mapped[date | None]
