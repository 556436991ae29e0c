"""Events of advice: units, states and dates, never what a letter says."""

from typing import Any

from chassis.uow import Uow
from contracts.deliberation import EVENTS, AdviceEvent

from clue_service.advice.domain import OWING
from clue_service.advice.models import Advice
from clue_service.deadlines.domain import end_of_day

_BY_TYPE: dict[str, type[AdviceEvent]] = {event.type: event for event in EVENTS if issubclass(event, AdviceEvent)}


async def emit_advice(uow: Uow, event_type: str, letter: Advice, **more: Any) -> None:
    """Say what became of a letter, at its present version."""
    event = _BY_TYPE[event_type].model_validate(
        {
            "advice_id": letter.id,
            "kind": letter.kind,
            "state": letter.state,
            "issuing_unit": letter.issuing_unit,
            "addressed_unit": letter.addressed_unit,
            "reply_due": end_of_day(letter.reply_due_on, uow.clock.zone) if letter.state in OWING else None,
            **more,
        }
    )
    await uow.emit(event, aggregate_id=letter.id, version=letter.version, commission=letter.commission)
