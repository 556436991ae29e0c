"""Bodies of the library's entries."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from chassis.web import RequestModel, ResponseModel
from pydantic import Field

from clue_service.clues.move_schemas import Reason, UnitCode
from clue_service.clues.vocabulary import Category, SecrecyLevel
from clue_service.library_items.domain import ItemState, Kind, Reach
from clue_service.library_items.policy import Ground

Title = Annotated[str, Field(min_length=1, max_length=200)]
Words = Annotated[str, Field(min_length=1, max_length=15_000)]
Theme = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
SourceRef = Annotated[str, Field(pattern=r"^[a-z_]{2,30}:[A-Za-z0-9_-]{1,80}$", description="such as `advice:<id>`")]


class EnterLibraryItemIn(RequestModel):
    """An entry. Text of clues is not copied: `clue_ids` names those it draws on."""

    kind: Kind
    title: Title
    text: Words
    unit_code: UnitCode | None = Field(None, description="the unit the entry is about")
    categories: list[Category] = Field(default_factory=list, max_length=20)
    themes: list[Theme] = Field(default_factory=list, max_length=20)
    period_from: date | None = None
    period_to: date | None = None
    secrecy_level: SecrecyLevel = SecrecyLevel.INTERNAL
    reach: Reach = Reach.COMMISSION
    is_listed: bool = Field(
        False, description="whether units that may not read it see kind, title, owner and period, and may ask"
    )
    valid_from: date | None = Field(None, description="today if absent")
    valid_until: date | None = Field(None, description="last day on which others read it")
    source_ref: SourceRef | None = None
    clue_ids: list[UUID] = Field(default_factory=list, max_length=50)


class ChangeLibraryItemIn(RequestModel):
    """What is to be different; what is left out stays."""

    title: Title | None = None
    text: Words | None = None
    categories: list[Category] | None = Field(None, max_length=20)
    themes: list[Theme] | None = Field(None, max_length=20)
    period_from: date | None = None
    period_to: date | None = None
    secrecy_level: SecrecyLevel | None = None
    reach: Reach | None = None
    is_listed: bool | None = None
    valid_until: date | None = None


class WithdrawLibraryItemIn(RequestModel):
    """Why the entry no longer holds."""

    reason: Reason


class LibraryCard(ResponseModel):
    """An entry as everybody sees it who may see that it is there. `can_read` says whether the text is open to you."""

    id: UUID
    kind: Kind
    title: str
    unit_code: str | None
    owner_unit: str
    commission: str
    secrecy_level: SecrecyLevel
    period_from: date | None
    period_to: date | None
    state: ItemState
    can_read: bool
    contact: str | None = Field(description="office line of the owner's commission")
    version: int


class LibraryItemOut(LibraryCard):
    """An entry. Where you may not read it, what is not on the card is null or empty."""

    text: str | None
    categories: list[Category]
    themes: list[str]
    reach: Reach | None
    is_listed: bool
    valid_from: date | None
    valid_until: date | None
    is_valid: bool
    source_ref: str | None
    clue_ids: list[UUID] = Field(description="those of the clues it draws on that you may see")
    entered_by: str | None
    entered_at: datetime | None
    withdrawn_at: datetime | None
    withdrawal_reason: str | None
    because: Ground | None = Field(description="why you may read it")
    readings: int | None = Field(description="how often it was read; for those who look after it")


class LibraryReadingOut(ResponseModel):
    """One reading of an entry, or of a file with it."""

    id: UUID
    attachment_id: UUID | None
    reader: str
    unit: str | None
    ground: Ground
    purpose: str | None
    read_at: datetime


class ErasedOut(ResponseModel):
    """An entry that is gone but for its number."""

    id: UUID
    state: Literal["erased"]
    version: int
