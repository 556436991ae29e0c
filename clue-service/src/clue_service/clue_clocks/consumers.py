"""Own events of clues that clocks beside the first follow."""

from collections.abc import Sequence

from chassis.consumer import Handler, cause_of
from chassis.service import Resources
from chassis.uow import Uow
from contracts.clocks import ClueClockMet
from contracts.clue import (
    ClueClosed,
    ClueDeleted,
    ClueDispositionApproved,
    ClueEvent,
    ClueForwarded,
    ClueRecalled,
    ClueResultRecorded,
    ClueRetainedAsRepeat,
    ClueReturned,
    ClueSealed,
)
from contracts.envelope import Envelope

from clue_service.clue_clocks import following

_FIRST = 1
"""The version of a clue that was registered just now: no clock knows an older one."""
_COMING_BACK: tuple[type[ClueEvent], ...] = (ClueReturned, ClueRecalled)
"""Reports are owed from here on as well, where a clue came in before it had this clock."""
_MOVING: tuple[type[ClueEvent], ...] = (
    *_COMING_BACK,
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
    found[ClueClockMet.type] = following.count_report
    return {**found, **{event.type: clue_came_in for event in _COMING_BACK}}


async def follow_registered(uow: Uow, events: Sequence[tuple[Envelope, ClueEvent]]) -> None:
    """Clues came in: what was registered just now has no clock that could follow, and most of it gets none."""
    for envelope, event in events:
        with uow.because(cause_of(envelope)):
            if envelope.version > _FIRST:
                await following.follow_clue(uow, envelope, event)
            await following.owe_report(uow, envelope, event)
