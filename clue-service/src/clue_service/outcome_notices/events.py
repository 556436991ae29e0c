"""Events of outcome notices: codes, units and dates."""

from typing import Any

from chassis.uow import Uow
from contracts.following_up import EVENTS, OutcomeNoticeEvent

from clue_service.outcome_notices.models import OutcomeNotice

_BY_TYPE: dict[str, type[OutcomeNoticeEvent]] = {
    event.type: event for event in EVENTS if issubclass(event, OutcomeNoticeEvent)
}


async def emit_notice(uow: Uow, event_type: str, notice: OutcomeNotice, **more: Any) -> None:
    """Say what became of a notice, at its present version."""
    event = _BY_TYPE[event_type].model_validate(
        {
            "notice_id": notice.id,
            "kind": notice.kind,
            "state": notice.state,
            "about_unit": notice.about_unit,
            "unit": notice.unit,
            "handling_unit": notice.handling_unit,
            "ack_due": notice.ack_due_at,
            **more,
        }
    )
    await uow.emit(event, aggregate_id=notice.id, version=notice.version, commission=notice.commission)
