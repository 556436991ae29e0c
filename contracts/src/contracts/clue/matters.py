"""Clues held together as one matter, and who leads it."""

from typing import ClassVar
from uuid import UUID

from contracts.envelope import Egress, Event, UnitCode


class MatterEvent(Event):
    """Clues that report one matter were rearranged. Names commissions, never a clue: each may hold silent ones."""

    key: ClassVar[str] = "matter_id"
    egress: ClassVar[Egress] = Egress.CHECKED

    matter_id: UUID
    change_id: UUID
    """The entry in the matter's history."""
    commissions: tuple[UnitCode, ...]


class MatterMerged(MatterEvent):
    """Key matter_id. Two confirmed matters are one; ``merged_ids`` go on as this one."""

    type: ClassVar[str] = "clue.matter.merged.v1"
    merged_ids: tuple[UUID, ...] = ()


class MatterSplit(MatterEvent):
    """Key matter_id. Some clues report another matter; ``part_ids`` are the matters they form, if any."""

    type: ClassVar[str] = "clue.matter.split.v1"
    part_ids: tuple[UUID, ...] = ()
    later_actions: int = 0
    """How many steps people took since what is parted was joined, for people to look at."""


class MatterUndone(MatterEvent):
    """Key matter_id. A merge or split was taken back; all is as before it."""

    type: ClassVar[str] = "clue.matter.undone.v1"
    undoes: UUID
    later_actions: int = 0
    """How many steps people took since, for people to look at."""


class MatterLeadAssigned(MatterEvent):
    """Key matter_id. A leader named who leads; no ``lead_unit`` where the commission as a whole does."""

    type: ClassVar[str] = "clue.matter.lead_assigned.v1"
    lead_commission: UnitCode
    lead_unit: UnitCode | None = None
