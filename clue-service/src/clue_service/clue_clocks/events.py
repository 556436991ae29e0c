"""Events of clocks beside the first: the clue's number, what is awaited and until when; never of whom."""

from typing import Any

from chassis.uow import Uow
from contracts.clocks import CLOCKS, ClueClockEvent

from clue_service.clue_clocks.domain import ClockState
from clue_service.clue_clocks.models import ClueClock

_BY_TYPE: dict[str, type[ClueClockEvent]] = {event.type: event for event in CLOCKS}


async def emit_clock(uow: Uow, event_type: str, clock: ClueClock, **more: Any) -> None:
    """Say what became of a clock, at its present version."""
    event = _BY_TYPE[event_type].model_validate(
        {
            "clock_id": clock.id,
            "clue_no": clock.clue_no,
            "kind": clock.kind,
            "state": clock.state,
            "rule": clock.due_rule,
            "commission": clock.commission,
            "unit": clock.unit,
            "due_at": clock.due_at if clock.state == ClockState.OPEN else None,
            **more,
        }
    )
    await uow.emit(event, aggregate_id=clock.id, version=clock.version, commission=clock.commission)
