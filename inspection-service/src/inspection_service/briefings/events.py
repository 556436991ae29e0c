"""Events of briefing requests: who owes an answer by when, never what was answered."""

from chassis.uow import Uow
from contracts.inspection import EVENTS, BriefingRequestEvent

from inspection_service.briefings.domain import BriefingState
from inspection_service.briefings.models import BriefingRequest

_BY_TYPE = {event.type: event for event in EVENTS if issubclass(event, BriefingRequestEvent)}


async def emit_briefing(uow: Uow, event_type: str, request: BriefingRequest) -> None:
    """Say that a request moved; its clock runs while it waits."""
    event = _BY_TYPE[event_type](
        briefing_request_id=request.id,
        team_id=request.team_id,
        office_unit=request.office_unit,
        from_unit=request.from_unit,
        target_unit=request.unit_code,
        state=request.state,
        due_at=request.due_at if request.state == BriefingState.ASKED else None,
    )
    await uow.emit(event, aggregate_id=request.id, version=request.version, commission=request.commission)
