"""Events of notices to reporters: the clue's number and dates, never who."""

from typing import Any

from chassis.uow import Uow
from contracts.following_up import EVENTS, ReporterNoticeEvent

from clue_service.reporter_notices.models import ReporterNotice

_BY_TYPE: dict[str, type[ReporterNoticeEvent]] = {
    event.type: event for event in EVENTS if issubclass(event, ReporterNoticeEvent)
}


async def emit_notice(uow: Uow, event_type: str, notice: ReporterNotice, **more: Any) -> None:
    """Say what became of a notice, at its present version."""
    event = _BY_TYPE[event_type].model_validate(
        {
            "notice_id": notice.id,
            "clue_no": notice.clue_no,
            "kind": notice.kind,
            "state": notice.state,
            "commission": notice.commission,
            "due_at": notice.due_at if notice.state == "owed" else None,
            **more,
        }
    )
    await uow.emit(event, aggregate_id=notice.id, version=notice.version, commission=notice.commission)
