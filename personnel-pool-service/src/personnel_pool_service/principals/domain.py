"""Who holds which role where."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class PrincipalDraft:
    """A principal as its writer describes it. ``given`` names the optional fields that were sent: the rest stay."""

    sub: str
    unit: str | None
    roles: tuple[str, ...]
    clearance: str
    given: dict[str, Any] = field(default_factory=dict)
    """Of ``name``, ``contact``, ``cadre_id``: those that were sent, also as None."""


@dataclass(frozen=True)
class PrincipalFacts:
    """A principal as stored and read; ``contact`` is opened for those who may have it."""

    sub: str
    unit: str | None
    roles: tuple[str, ...]
    clearance: str
    cadre_id: UUID | None
    name: str | None
    contact: str | None
    version: int
