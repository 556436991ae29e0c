"""What a list of clues can be narrowed by."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class ClueFilter:
    """What a list is narrowed by. ``overdue_at`` keeps clues whose running clock ended before that instant."""

    status: str | None = None
    lead_unit: str | None = None
    category: str | None = None
    source: str | None = None
    received_from: date | None = None
    received_to: date | None = None
    overdue: bool | None = None
    overdue_at: datetime | None = None
    subject: str | None = None
    text: str | None = None
