"""Events of supervised handling: units, states and dates, never what is demanded or reported."""

from typing import Any

from chassis.uow import Uow
from contracts.following_up import EVENTS, SupervisedHandlingEvent

from clue_service.deadlines.domain import end_of_day
from clue_service.supervised_handlings.domain import OWING
from clue_service.supervised_handlings.models import SupervisedHandling

_BY_TYPE: dict[str, type[SupervisedHandlingEvent]] = {
    event.type: event for event in EVENTS if issubclass(event, SupervisedHandlingEvent)
}


async def emit_order(uow: Uow, event_type: str, order: SupervisedHandling, **more: Any) -> None:
    """Say what became of an order, at its present version."""
    owes = order.due_on is not None and order.state in OWING
    event = _BY_TYPE[event_type].model_validate(
        {
            "order_id": order.id,
            "trigger": order.trigger,
            "state": order.state,
            "ordering_unit": order.ordering_unit,
            "target_unit": order.target_unit,
            "escalated_to": order.escalated_to,
            "due_at": end_of_day(order.due_on, uow.clock.zone) if order.due_on is not None and owes else None,
            **more,
        }
    )
    await uow.emit(event, aggregate_id=order.id, version=order.version, commission=order.commission)
