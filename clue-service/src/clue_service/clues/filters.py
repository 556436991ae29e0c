"""What a list of clues can be narrowed and sorted by."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID


class ClueOrder(StrEnum):
    """What comes first in a list."""

    NEWEST = "newest"
    OLDEST = "oldest"
    RECEIVED_LAST = "received_last"
    RECEIVED_FIRST = "received_first"
    DUE_FIRST = "due_first"
    """Clues whose clock runs, the one that ends first in front; others are left out."""


@dataclass(frozen=True)
class ClueFilter:
    """What a list is narrowed by. ``overdue_at`` keeps clues whose running clock ended before that instant."""

    status: str | None = None
    closure: str | None = None
    lead_unit: str | None = None
    receiving_unit: str | None = None
    category: str | None = None
    source: str | None = None
    channel: str | None = None
    clue_no: str | None = None
    matter_id: UUID | None = None
    subject_unit: str | None = None
    received_from: date | None = None
    received_to: date | None = None
    due_from: datetime | None = None
    due_to: datetime | None = None
    overdue: bool | None = None
    overdue_at: datetime | None = None
    subject: str | None = None
    text: str | None = None
    order: ClueOrder = ClueOrder.NEWEST


@dataclass(frozen=True)
class Place:
    """The last clue of a page: a list goes on after it. ``value`` is of what the list is sorted by."""

    clue_id: UUID
    value: str
