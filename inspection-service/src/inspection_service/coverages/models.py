"""Table of how often a unit is to be inspected, where it is not the usual interval."""

from datetime import date, datetime

from sqlalchemy.orm import Mapped, mapped_column

from inspection_service.tables import Base


class CoveragePlan(Base):
    """A unit's own interval. ``first_due_on`` counts for a unit that was never inspected."""

    __tablename__ = "coverage_plan"

    unit_code: Mapped[str] = mapped_column(primary_key=True)
    interval_months: Mapped[int]
    first_due_on: Mapped[date | None]
    set_by: Mapped[str]
    set_at: Mapped[datetime]
    version: Mapped[int]
