"""What a caller is in a finding. ``repository.visible_to`` and row-level security say the same."""

from typing import Protocol

from clue_service.access.policy import LEADERS, Viewer
from clue_service.accusation_findings.domain import FindingState, Part


class Facts(Protocol):
    """What the decision needs to know."""

    @property
    def state(self) -> str: ...
    @property
    def secrecy_level(self) -> str: ...
    @property
    def commission(self) -> str: ...
    @property
    def approving_commission(self) -> str: ...


def own_commission(viewer: Viewer) -> str | None:
    """The commission a caller works for as its case supervisor or leader; nobody else meets a finding."""
    if viewer.service is not None:
        return None
    if viewer.leads is not None:
        return viewer.leads
    return viewer.office_of if viewer.has_any("case_supervisor") else None


def parts_in(viewer: Viewer, item: Facts) -> frozenset[str]:
    """The viewer's parts: none above the clearance; who approves has none before it was endorsed."""
    own = own_commission(viewer)
    if own is None or item.secrecy_level not in viewer.cleared_for:
        return frozenset()
    is_leader = viewer.leads is not None and viewer.has_any(*LEADERS)
    parts = {
        Part.PROPOSER: own == item.commission,
        Part.ENDORSER: is_leader and viewer.leads == item.commission,
        Part.APPROVER: is_leader
        and viewer.leads == item.approving_commission
        and item.state not in (FindingState.PROPOSED, FindingState.WITHDRAWN),
    }
    return frozenset(part.value for part, holds in parts.items() if holds)
