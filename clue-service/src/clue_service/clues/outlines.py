"""Whose a clue is and how far it is, without what it says: what other clues meet it by."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class ClueOutline:
    """Columns of a clue, few, because matching reads them of every clue it proposes; and whether it is in a matter."""

    id: UUID
    commission: str
    status: str
    overlap_policy: str
    registered_by: str
    registered_via: str | None
    came_by_transfer_id: UUID | None
    version: int
    is_in_matter: bool

    @property
    def may_be_elsewhere(self) -> bool:
        """Whether the letter may stand in another commission's ledger, too: not while nobody has moved it."""
        return self.version > 1 or self.came_by_transfer_id is not None
