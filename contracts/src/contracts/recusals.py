"""Events of clue-service about who is kept from what; inside the platform only."""

from typing import ClassVar
from uuid import UUID

from contracts.envelope import Code, Egress, Event, Sub


class RecusalChanged(Event):
    """Key item_id. ``recused`` are now all who are recused from the item; nobody else is, whatever was said before.

    Said of everything that rests on a clue when who is recused from it changes, and of what comes to rest on a clue
    with recused persons, before any other event of it. Versions grow within an item, with gaps.
    """

    type: ClassVar[str] = "clue.recusal.changed.v1"
    key: ClassVar[str] = "item_id"
    egress: ClassVar[Egress] = Egress.NEVER

    item_type: Code
    """What it is, as notices name it: ``clue``, ``overlap_alert``, ``advice`` …"""
    item_id: UUID
    recused: tuple[Sub, ...] = ()
    """Empty: nobody is recused from it any more."""


EVENTS: tuple[type[Event], ...] = (RecusalChanged,)
