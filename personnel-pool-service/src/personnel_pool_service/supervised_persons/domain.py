"""The persons under supervision: what clue subjects may cite."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class PersonDraft:
    """A supervised person as its writer describes it."""

    code: str
    name: str
    unit_code: str
    post: str | None = None
    rank: str | None = None
    managing_committee: str | None = None
    is_party_member: bool = False
    is_supervision_object: bool = True
    is_top_leader: bool = False
    object_group: str | None = None

    def values(self) -> dict[str, Any]:
        """The columns of a row."""
        return asdict(self)

    def references(self) -> dict[str, str | None]:
        """The units this person refers to, by JSON pointer."""
        return {"/unit_code": self.unit_code, "/managing_committee": self.managing_committee}


@dataclass(frozen=True)
class LineError:
    """Why a line of an import was not stored. Never quotes the line."""

    line: int
    pointer: str
    code: str


@dataclass(frozen=True)
class ImportCounts:
    """What an import did."""

    created: int
    updated: int
    unchanged: int
