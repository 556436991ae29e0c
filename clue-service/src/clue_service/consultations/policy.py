"""Who takes part in a consultation, and as what. ``repository.visible_to`` says the same in SQL."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from clue_service.access.policy import LEADERS, Viewer
from clue_service.consultations.domain import Part
from clue_service.proceedings.policy import represented_units


class Convened(Protocol):
    """What the decision needs to know of a consultation."""

    @property
    def secrecy_level(self) -> str: ...
    @property
    def convener_unit(self) -> str: ...
    @property
    def commission(self) -> str: ...
    @property
    def scheduled_at(self) -> datetime | None: ...


@dataclass(frozen=True)
class Standing:
    """A caller's parts, and the participating unit the caller acts for."""

    parts: frozenset[Part] = frozenset()
    unit: str | None = None


def standing_in(
    viewer: Viewer, item: Convened, participants: Mapping[str, Collection[str]], recused: Collection[str]
) -> Standing:
    """What the viewer is in a consultation: nothing where recused, or where the clearance does not reach.

    Args:
        participants: Unit → the persons named for it; none named: whoever acts for the unit.
        recused: Subjects who are recused.
    """
    if viewer.sub in recused or item.secrecy_level not in viewer.cleared_for:
        return Standing()
    own = represented_units(viewer)
    parts = set()
    if item.convener_unit in own:
        parts.add(Part.CONVENER)
    if viewer.leads == item.commission and viewer.has_any(*LEADERS):
        parts.add(Part.APPROVER)
    acting = [unit for unit, persons in sorted(participants.items()) if unit in own and _named(viewer, persons)]
    unit = acting[0] if item.scheduled_at is not None and acting else None
    if unit is not None:
        parts.add(Part.PARTICIPANT)
    return Standing(frozenset(parts), unit)


def _named(viewer: Viewer, persons: Collection[str]) -> bool:
    return not persons or viewer.sub in persons
