"""Which events of inspections, rectification and supervision matters start, move and stop a clock."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from contracts.envelope import Event

from contracts import inspection
from notification_service.deadlines.domain import Clock


def _of_rectification(event: inspection.RectificationEvent) -> list[Clock]:
    ended = isinstance(event, inspection.RectificationSubmitted | inspection.RectificationSignedOff)
    return [
        Clock(
            "rectification",
            str(event.item_id),
            None,
            unit=event.unit_code,
            rule="rectification",
            due_at=None if ended else event.due_at,
            escalates_to=event.office_unit,
        )
    ]


def _of_round(event: inspection.RoundEvent) -> list[Clock]:
    """The office owes the report first, then the feedback: whichever runs and ends first."""
    running = [due for due in (event.report_due_at, event.feedback_due_at) if due is not None]
    rule = "report" if event.report_due_at is not None else "feedback"
    return [
        Clock("round", str(event.round_id), None, unit=event.office_unit, rule=rule, due_at=min(running, default=None))
    ]


def _of_briefing(event: inspection.BriefingRequestEvent) -> list[Clock]:
    return [
        Clock(
            "briefing_request",
            str(event.briefing_request_id),
            None,
            unit=event.from_unit,
            rule="briefing",
            due_at=event.due_at if isinstance(event, inspection.BriefingRequestIssued) else None,
            escalates_to=event.office_unit,
        )
    ]


def _of_matter(event: inspection.MatterEvent) -> list[Clock]:
    due_at = None if isinstance(event, inspection.MatterClosed) else event.due_at
    ident = str(event.supervision_matter_id)
    return [Clock("supervision_matter", ident, None, unit=event.lead_unit, rule="matter", due_at=due_at)]


def _of_report(event: inspection.CoordinationReportEvent) -> list[Clock]:
    """Units owe their parts while it is drafted, the commission its hearing, and units what was decided of them."""
    authors = [unit for unit in event.author_units if unit != event.unit_code]
    due: dict[str, datetime | None] = {}
    rule = "contribute"
    match event:
        case inspection.CoordinationReportOpened():
            due = dict.fromkeys(authors, event.contributions_due_at)
        case inspection.CoordinationReportContributed():
            due = {unit: None for unit in authors if unit == event.unit}
        case inspection.CoordinationReportDecided():
            rule = "decision"
            due = {
                one.unit: min(two.due_at for two in event.decisions if two.unit == one.unit) for one in event.decisions
            }
        case inspection.CoordinationReportTracked():
            rule = "decision"
            due = dict.fromkeys(event.decided_units)
        case _:
            due = dict.fromkeys(authors)
    clocks = [_clock_of_report(event, unit, rule, due_at) for unit, due_at in due.items()]
    if rule == "contribute":
        until = None if isinstance(event, inspection.CoordinationReportHeard) else event.due_at
        clocks.append(_clock_of_report(event, event.unit_code, "hear", until))
    return clocks


def _clock_of_report(event: inspection.CoordinationReportEvent, unit: str, rule: str, due_at: datetime | None) -> Clock:
    ident, commission = str(event.report_id), event.unit_code
    return Clock("coordination_report", ident, None, unit=unit, rule=rule, due_at=due_at, escalates_to=commission)


READERS: tuple[tuple[type[Event], Callable[[Any], list[Clock]]], ...] = (
    (inspection.RoundEvent, _of_round),
    (inspection.BriefingRequestEvent, _of_briefing),
    (inspection.RectificationEvent, _of_rectification),
    (inspection.MatterEvent, _of_matter),
    (inspection.CoordinationReportEvent, _of_report),
)
"""Kind of event → the clocks it leaves."""
