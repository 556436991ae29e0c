"""Who may read an entry of the library, who looks after it, and who learns that it is there. Pure, with reasons.

``repository.readable_by`` and the policies of row-level security say the same in SQL.
"""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from clue_service.access.policy import LEADERS, Viewer, uses_library
from clue_service.library_items.domain import Dated, ItemState, Reach, is_current


class Entry(Dated, Protocol):
    """What the decision needs to know of an entry."""

    @property
    def owner_unit(self) -> str: ...
    @property
    def commission(self) -> str: ...
    @property
    def reach(self) -> str: ...
    @property
    def is_listed(self) -> bool: ...
    @property
    def secrecy_level(self) -> str: ...
    @property
    def recused(self) -> Collection[str]: ...


class Ground(StrEnum):
    """Why an entry is readable."""

    OWNER = "owner_unit"
    OFFICE = "office_of_the_commission"
    LEADER = "leader_of_the_commission"
    COMMISSION = "open_to_the_commission"
    PLATFORM = "open_to_all_units"
    GRANT = "granted_on_request"


def _may_meet(viewer: Viewer, item: Entry) -> bool:
    return (
        uses_library(viewer)
        and item.state != ItemState.ERASED
        and viewer.sub not in item.recused
        and item.secrecy_level in viewer.cleared_for
    )


def ground_to_read(viewer: Viewer, item: Entry, now: datetime, *, is_granted: bool) -> Ground | None:
    """Why the viewer may read the entry, or None: deny by default."""
    if not _may_meet(viewer, item):
        return None
    if item.owner_unit in viewer.units:
        return Ground.OWNER
    if viewer.office_of == item.commission:
        return Ground.OFFICE
    if viewer.leads == item.commission:
        return Ground.LEADER
    if not is_current(item, now):
        return None
    if item.reach == Reach.PLATFORM:
        return Ground.PLATFORM
    if item.reach == Reach.COMMISSION and viewer.commission == item.commission:
        return Ground.COMMISSION
    return Ground.GRANT if is_granted else None


def may_see_card(viewer: Viewer, item: Entry, now: datetime) -> bool:
    """Whether the viewer learns that the entry is there: its kind, title, unit and period, and whom to ask."""
    return item.is_listed and is_current(item, now) and _may_meet(viewer, item)


def looks_after(viewer: Viewer, item: Entry) -> bool:
    """Whether the viewer decides on requests and reads the reading log: the owner's leaders, the commission's office.

    The recused and those below the secrecy do not.
    """
    if not _may_meet(viewer, item):
        return False
    owns = item.owner_unit in viewer.units and viewer.has_any(*LEADERS)
    return owns or item.commission in (viewer.office_of, viewer.leads)
