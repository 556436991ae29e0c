"""Events of coordination reports: units, dates and a digest, never what the report says."""

from datetime import date
from typing import Any

from chassis.clock import end_of_day
from chassis.uow import Uow
from contracts.inspection import EVENTS, CoordinationReportEvent, DecisionDue

from inspection_service.coordination_reports import domain
from inspection_service.coordination_reports.models import CoordinationReport

OPENED = "inspection.coordination_report.opened.v1"

_BY_TYPE: dict[str, type[CoordinationReportEvent]] = {
    event.type: event for event in EVENTS if issubclass(event, CoordinationReportEvent)
}


async def emit_report(uow: Uow, event_type: str, report: CoordinationReport) -> None:
    """Say that a report moved, and what is owed by when."""
    is_whole = report.as_of == domain.bounds_of(report.period)[1]
    zone = uow.clock.zone
    event = _BY_TYPE[event_type](
        report_id=report.id,
        unit_code=report.unit_code,
        period=report.period,
        as_of=report.as_of,
        state=report.state,
        digest=report.digest,
        due_at=end_of_day(domain.hear_until(report.as_of), zone) if is_whole else None,
        author_units=tuple(report.author_units),
        **_more(uow, event_type, report, is_whole),
    )
    await uow.emit(event, aggregate_id=report.id, version=report.version, commission=report.unit_code)


def _more(uow: Uow, event_type: str, report: CoordinationReport, is_whole: bool) -> dict[str, Any]:
    zone = uow.clock.zone
    match event_type.split(".")[2]:
        case "opened" if is_whole:
            return {"contributions_due_at": end_of_day(domain.contribute_until(report.as_of), zone)}
        case "contributed":
            return {"unit": uow.actor.unit}
        case "decided":
            owed = [(one["unit"], date.fromisoformat(one["due_on"])) for one in report.decisions]
            decisions = tuple(DecisionDue(unit=unit, due_at=end_of_day(day, zone)) for unit, day in owed)
            return {"decisions": decisions, "decided_units": tuple(sorted({unit for unit, _ in owed}))}
        case "tracked":
            return {"decided_units": tuple(sorted({one["unit"] for one in report.decisions}))}
    return {}
