"""What a caller is in an objection. ``repository.visible_to`` and the policy of row-level security say the same."""

from typing import Protocol

from clue_service.access.policy import Viewer
from clue_service.jurisdiction_objections.domain import Part


class Objection(Protocol):
    """What the decision needs to know."""

    @property
    def secrecy_level(self) -> str: ...
    @property
    def raised_by(self) -> str: ...
    @property
    def sender(self) -> str: ...
    @property
    def superior(self) -> str | None: ...


def sides_of(viewer: Viewer) -> frozenset[str]:
    """The commissions a caller acts for: as its case office, or as its leader."""
    if viewer.service is not None:
        return frozenset()
    return frozenset(code for code in (viewer.office_of, viewer.leads) if code is not None)


def parts_in(viewer: Viewer, objection: Objection) -> frozenset[str]:
    """The viewer's parts: none above the clearance."""
    own = sides_of(viewer)
    if objection.secrecy_level not in viewer.cleared_for:
        return frozenset()
    parts = {
        Part.OBJECTOR: objection.raised_by in own,
        Part.SENDER: objection.sender in own,
        Part.SUPERIOR: objection.superior in own,
    }
    return frozenset(part.value for part, holds in parts.items() if holds)
