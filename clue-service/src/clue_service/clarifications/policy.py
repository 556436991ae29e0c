"""What a caller is in a clarification. ``repository.visible_to`` and row-level security say the same."""

from typing import Protocol

from clue_service.access.policy import LEADERS, Viewer
from clue_service.clarifications.domain import Part
from clue_service.proceedings.policy import represented_units


class Facts(Protocol):
    """What the decision needs to know."""

    @property
    def secrecy_level(self) -> str: ...
    @property
    def commission(self) -> str: ...
    @property
    def handling_unit(self) -> str: ...


def parts_in(viewer: Viewer, item: Facts) -> frozenset[str]:
    """The viewer's parts: none above the clearance."""
    own = represented_units(viewer)
    if item.secrecy_level not in viewer.cleared_for:
        return frozenset()
    parts = {
        Part.HANDLER: not own.isdisjoint({item.handling_unit, item.commission}),
        Part.APPROVER: viewer.leads == item.commission and viewer.has_any(*LEADERS),
    }
    return frozenset(part.value for part, holds in parts.items() if holds)
