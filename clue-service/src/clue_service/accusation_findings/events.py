"""Events of findings of false accusation: commissions and states; neither the clue nor a person."""

from typing import Any

from chassis.uow import Uow
from contracts.settling import EVENTS, AccusationFindingEvent

from clue_service.accusation_findings.models import AccusationFinding

_BY_TYPE: dict[str, type[AccusationFindingEvent]] = {
    event.type: event for event in EVENTS if issubclass(event, AccusationFindingEvent)
}


async def emit_finding(uow: Uow, event_type: str, item: AccusationFinding, **more: Any) -> None:
    """Say what became of a finding, at its present version."""
    event = _BY_TYPE[event_type].model_validate(
        {
            "finding_id": item.id,
            "state": item.state,
            "commission": item.commission,
            "approving_commission": item.approving_commission,
            **more,
        }
    )
    await uow.emit(event, aggregate_id=item.id, version=item.version, commission=item.commission)
