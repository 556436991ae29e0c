"""Events of clue-service about the information library; what an entry says is read over REST."""

from typing import ClassVar
from uuid import UUID

from contracts.envelope import Code, Egress, Event, Instant, Sub, UnitCode


class LibraryItemEvent(Event):
    """An entry of the information library."""

    key: ClassVar[str] = "item_id"
    egress: ClassVar[Egress] = Egress.NEVER

    item_id: UUID
    kind: Code
    state: Code
    owner_unit: UnitCode


class LibraryItemEntered(LibraryItemEvent):
    """Key item_id. A unit put an entry into the library."""

    type: ClassVar[str] = "clue.library_item.entered.v1"


class LibraryItemChanged(LibraryItemEvent):
    """Key item_id. The entry says something else, or reaches otherwise."""

    type: ClassVar[str] = "clue.library_item.changed.v1"


class LibraryItemWithdrawn(LibraryItemEvent):
    """Key item_id. The owner took the entry back; copies of it are to be dropped."""

    type: ClassVar[str] = "clue.library_item.withdrawn.v1"


class LibraryItemErased(LibraryItemEvent):
    """Key item_id. Text and files are gone."""

    type: ClassVar[str] = "clue.library_item.erased.v1"


class LibraryRequestEvent(Event):
    """A request to read an entry, for a purpose, until a day. The purpose is read over REST."""

    key: ClassVar[str] = "request_id"
    egress: ClassVar[Egress] = Egress.NEVER

    request_id: UUID
    item_id: UUID
    state: Code
    owner_unit: UnitCode
    requester_unit: UnitCode
    requester: Sub | None = None
    """Who asked; absent where they have been recused from the entry since."""
    expires_at: Instant


class LibraryRequestRequested(LibraryRequestEvent):
    """Key request_id. ``requester_unit`` asks for an entry of ``owner_unit``."""

    type: ClassVar[str] = "clue.library_request.requested.v1"


class LibraryRequestGranted(LibraryRequestEvent):
    """Key request_id. The entry is open to who asked until ``expires_at``."""

    type: ClassVar[str] = "clue.library_request.granted.v1"


class LibraryRequestRefused(LibraryRequestEvent):
    """Key request_id. It stays closed."""

    type: ClassVar[str] = "clue.library_request.refused.v1"


class LibraryRequestRevoked(LibraryRequestEvent):
    """Key request_id. Access ended before its time."""

    type: ClassVar[str] = "clue.library_request.revoked.v1"


class LibraryRequestExpiring(LibraryRequestEvent):
    """Key request_id. The entry is open to who asked for some days more only; said once."""

    type: ClassVar[str] = "clue.library_request.expiring.v1"


class LibraryRequestWithdrawn(LibraryRequestEvent):
    """Key request_id. Who asked took it back."""

    type: ClassVar[str] = "clue.library_request.withdrawn.v1"


EVENTS: tuple[type[Event], ...] = (
    LibraryItemEntered,
    LibraryItemChanged,
    LibraryItemWithdrawn,
    LibraryItemErased,
    LibraryRequestRequested,
    LibraryRequestGranted,
    LibraryRequestRefused,
    LibraryRequestRevoked,
    LibraryRequestExpiring,
    LibraryRequestWithdrawn,
)
