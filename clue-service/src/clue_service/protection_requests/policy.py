"""What a caller is in a request for protection. ``repository.parts_of`` and row-level security say the same."""

from typing import Protocol

from clue_service.access.policy import LEADERS, Viewer
from clue_service.accusation_findings.policy import own_commission
from clue_service.proceedings.policy import represented_units
from clue_service.protection_requests.domain import Part


class Facts(Protocol):
    """What the decision needs to know."""

    @property
    def secrecy_level(self) -> str: ...
    @property
    def commission(self) -> str: ...
    @property
    def charged_unit(self) -> str | None: ...
    @property
    def requested_by(self) -> str: ...


def parts_in(viewer: Viewer, item: Facts) -> frozenset[str]:
    """The viewer's parts: none above the clearance."""
    if viewer.service is not None or item.secrecy_level not in viewer.cleared_for:
        return frozenset()
    parts = {
        Part.REQUESTER: viewer.sub == item.requested_by,
        Part.APPROVER: viewer.leads == item.commission and viewer.has_any(*LEADERS),
        Part.CHARGED: item.charged_unit in represented_units(viewer),
        Part.OFFICE: own_commission(viewer) == item.commission,
    }
    return frozenset(part.value for part, holds in parts.items() if holds)
