"""What a caller is to a duty. ``repository.parts_of`` and row-level security say the same."""

from typing import Protocol

from clue_service.access.policy import LEADERS, Viewer
from clue_service.periodic_duties.domain import Part
from clue_service.proceedings.policy import represented_units


class Facts(Protocol):
    """What the decision needs to know."""

    @property
    def commission(self) -> str: ...
    @property
    def unit(self) -> str: ...


def parts_in(viewer: Viewer, item: Facts) -> frozenset[str]:
    """The viewer's parts."""
    if viewer.service is not None:
        return frozenset()
    parts = {
        Part.OFFICE: viewer.office_of == item.commission,
        Part.LEADER: viewer.leads == item.commission and viewer.has_any(*LEADERS),
        Part.UNIT: item.unit in represented_units(viewer),
    }
    return frozenset(part.value for part, holds in parts.items() if holds)
