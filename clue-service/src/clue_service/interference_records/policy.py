"""What a caller is in a record of interference. ``repository.parts_of`` and row-level security say the same."""

from typing import Protocol

from clue_service.access.policy import LEADERS, Viewer
from clue_service.accusation_findings.policy import own_commission
from clue_service.interference_records.domain import Part


class Facts(Protocol):
    """What the decision needs to know."""

    @property
    def secrecy_level(self) -> str: ...
    @property
    def commission(self) -> str: ...
    @property
    def reviewing_commission(self) -> str: ...
    @property
    def recorded_by(self) -> str: ...
    @property
    def intervener_sub(self) -> str | None: ...


def parts_in(viewer: Viewer, item: Facts) -> frozenset[str]:
    """The viewer's parts: none above the clearance, and none whatsoever for who interfered."""
    if viewer.service is not None or item.secrecy_level not in viewer.cleared_for or viewer.sub == item.intervener_sub:
        return frozenset()
    parts = {
        Part.RECORDER: viewer.sub == item.recorded_by,
        Part.REVIEWER: viewer.leads == item.reviewing_commission and viewer.has_any(*LEADERS),
        Part.OFFICE: own_commission(viewer) == item.commission == item.reviewing_commission,
    }
    return frozenset(part.value for part, holds in parts.items() if holds)
