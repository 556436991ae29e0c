"""Bodies of library searches."""

from datetime import date
from typing import Annotated, Literal

from chassis.web import RequestModel, ResponseModel
from pydantic import Field

from clue_service.clues.move_schemas import UnitCode
from clue_service.clues.vocabulary import Category
from clue_service.library_items.domain import Kind
from clue_service.library_items.schemas import LibraryCard, Theme


class LibrarySearchIn(RequestModel):
    """What is looked for: all terms, in title or text. Blanks and punctuation part terms; a term stands as written."""

    text: Annotated[str, Field(min_length=1, max_length=100)]
    kind: Kind | None = None
    unit_code: UnitCode | None = None
    owner_unit: UnitCode | None = None
    category: Category | None = None
    theme: Theme | None = None
    period_from: date | None = None
    period_to: date | None = None
    limit: int = Field(20, ge=1, le=50)
    cursor: str | None = Field(None, max_length=500)


class HighlightOut(ResponseModel):
    """A passage with hits. `ranges` hold first and past-the-last character of each hit within the passage."""

    field: Literal["title", "text"]
    passage: str
    ranges: list[tuple[int, int]]


class LibraryHit(ResponseModel):
    """An entry that was found; for one you may only ask for, by its title."""

    item: LibraryCard
    highlights: list[HighlightOut]


class LibrarySearchOut(ResponseModel):
    """Hits, best first. Counts are of what you may see."""

    items: list[LibraryHit]
    next_cursor: str | None
    total: int = Field(description="how many were found; if `is_cut`, among the newest that match")
    is_cut: bool
    by_kind: dict[str, int]
