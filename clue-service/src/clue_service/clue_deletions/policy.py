"""What a caller is in a deletion. ``repository.parts_of`` and row-level security say the same."""

from typing import Protocol

from clue_service.access.policy import Viewer
from clue_service.accusation_findings.policy import own_commission
from clue_service.clue_deletions.domain import PRINCIPALS, Part


class Facts(Protocol):
    """What the decision needs to know."""

    @property
    def secrecy_level(self) -> str: ...
    @property
    def commission(self) -> str: ...


def parts_in(viewer: Viewer, item: Facts) -> frozenset[str]:
    """The viewer's parts: none above the clearance, none outside the commission's office and leaders."""
    if own_commission(viewer) != item.commission or item.secrecy_level not in viewer.cleared_for:
        return frozenset()
    decides = viewer.leads == item.commission and viewer.has_any(*PRINCIPALS)
    return frozenset({Part.OFFICE.value, *([Part.APPROVER.value] if decides else [])})
