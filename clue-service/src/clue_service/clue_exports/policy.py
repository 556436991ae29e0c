"""What a caller is in an export. ``repository.parts_of`` and row-level security say the same."""

from typing import Protocol

from clue_service.access.policy import LEADERS, Viewer
from clue_service.clue_exports.domain import Part


class Facts(Protocol):
    """What the decision needs to know."""

    @property
    def secrecy_level(self) -> str: ...
    @property
    def commission(self) -> str: ...
    @property
    def requested_by(self) -> str: ...


def parts_in(viewer: Viewer, item: Facts) -> frozenset[str]:
    """The viewer's parts: whoever asked, and leaders of the commission who are cleared for all of it."""
    if viewer.service is not None:
        return frozenset()
    decides = (
        viewer.leads == item.commission
        and viewer.has_any(*LEADERS)
        and item.secrecy_level in viewer.cleared_for
        and viewer.sub != item.requested_by
    )
    parts = {Part.REQUESTER: viewer.sub == item.requested_by, Part.APPROVER: decides}
    return frozenset(part.value for part, holds in parts.items() if holds)
