"""Own events of clues that clocks beside the first follow."""

from chassis.consumer import Handler
from chassis.service import Resources
from chassis.uow import Uow
from contracts.clue import (
    ClueClosed,
    ClueDeleted,
    ClueDispositionApproved,
    ClueEvent,
    ClueForwarded,
    ClueRecalled,
    ClueRegistered,
    ClueResultRecorded,
    ClueRetainedAsRepeat,
    ClueReturned,
    ClueSealed,
)
from contracts.envelope import Envelope

from clue_service.clue_clocks import following

_BEGINNING: tuple[type[ClueEvent], ...] = (ClueRegistered, ClueReturned, ClueRecalled)
"""Reports are owed from here on, also of clues that came in before they had this clock and are registered again."""
_MOVING: tuple[type[ClueEvent], ...] = (
    *_BEGINNING,
    ClueRetainedAsRepeat,
    ClueForwarded,
    ClueDispositionApproved,
    ClueResultRecorded,
    ClueClosed,
    ClueSealed,
    ClueDeleted,
)
"""Every event that leads into or out of a state in which something is awaited."""


def handlers(_resources: Resources) -> dict[str, Handler]:
    """Event type → handler."""

    async def clue_came_in(uow: Uow, envelope: Envelope, event: ClueEvent) -> None:
        await following.follow_clue(uow, envelope, event)
        await following.owe_report(uow, envelope, event)

    found: dict[str, Handler] = {event.type: following.follow_clue for event in _MOVING}
    return {**found, **{event.type: clue_came_in for event in _BEGINNING}}
