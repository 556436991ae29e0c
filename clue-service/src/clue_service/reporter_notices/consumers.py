"""Own events of clues from which follows what reporters are owed."""

from collections.abc import Sequence

from chassis.consumer import Handler, cause_of
from chassis.service import Resources
from chassis.uow import Uow
from contracts.clue import (
    ClueClosed,
    ClueEvent,
    ClueReopened,
    ClueResultRecorded,
    ClueRetainedAsRepeat,
    ClueReturned,
)
from contracts.envelope import Envelope

from clue_service.reporter_notices import service
from clue_service.reporter_notices.domain import Kind

_CONCLUDED = frozenset({"case_filed", "transferred_to_party_org", "closed"})


def handlers(_resources: Resources) -> dict[str, Handler]:
    """Event type → handler."""

    async def accepted_is_owed(uow: Uow, envelope: Envelope, event: ClueEvent) -> None:
        await service.owe(uow, event.clue_id, envelope.version, Kind.ACCEPTANCE)

    async def result_is_owed(uow: Uow, envelope: Envelope, event: ClueEvent) -> None:
        if event.status in _CONCLUDED:
            concluded_on = uow.clock.civil_date(envelope.time)
            await service.owe(uow, event.clue_id, envelope.version, Kind.RESULT, concluded_on)

    async def is_a_repeat(uow: Uow, envelope: Envelope, event: ClueEvent) -> None:
        await service.drop(uow, event.clue_id, envelope.version, Kind.ACCEPTANCE)

    async def goes_on(uow: Uow, envelope: Envelope, event: ClueEvent) -> None:
        await service.drop(uow, event.clue_id, envelope.version, Kind.RESULT)

    return {
        ClueReturned.type: accepted_is_owed,
        ClueRetainedAsRepeat.type: is_a_repeat,
        ClueResultRecorded.type: result_is_owed,
        ClueClosed.type: result_is_owed,
        ClueReopened.type: goes_on,
    }


async def follow_registered(uow: Uow, events: Sequence[tuple[Envelope, ClueEvent]]) -> None:
    """Clues came in: of most of them nobody is owed anything, which one question tells."""
    owed = await service.owed_among(uow, [event.clue_id for _, event in events])
    for envelope, event in events:
        if event.clue_id in owed:
            with uow.because(cause_of(envelope)):
                await service.owe(uow, event.clue_id, envelope.version, Kind.ACCEPTANCE)
