"""Statutory clocks: months that clamp at month ends, working days with make-up workdays, the last day rolled forward.

The first day is not counted. A year the calendar has no data for counts Monday to Friday, and the date is provisional.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

import chinese_calendar


@dataclass(frozen=True)
class DueRule:
    """A limit by name: so many calendar months, or so many working days."""

    name: str
    months: int = 0
    working_days: int = 0


@dataclass(frozen=True)
class Due:
    """A due date; provisional where the calendar of a year it crosses is not published yet."""

    on: date
    is_provisional: bool = False


SUPERIOR_LEVEL_REPORT = DueRule("superior_level_report", working_days=5)
LOWER_BODY_RECEIPT = DueRule("lower_body_receipt", working_days=5)
FORWARD_TO_COMPETENT = DueRule("forward_to_competent", working_days=5)
ACCEPTANCE_NOTICE = DueRule("acceptance_notice", working_days=15)
RESULT_NOTICE = DueRule("result_notice", working_days=15)
DISPOSITION_OPINION = DueRule("disposition_opinion", months=1)
INQUIRY_REPLY = DueRule("inquiry_reply", working_days=15)
TALK_INQUIRY_REPORT = DueRule("talk_inquiry_report", months=1)
ASSIGNED_DOWN_REPORT = DueRule("assigned_down_report", months=3)
INSPECTION_CLUE_REPORT = DueRule("inspection_clue_report", months=3)
PRELIMINARY_VERIFICATION = DueRule("preliminary_verification", months=3)
ON_HOLD_REVIEW = DueRule("on_hold_review", months=12)
CLARIFICATION_STEP = DueRule("clarification_step", working_days=5)
CLARIFICATION_ACROSS = DueRule("clarification_across", working_days=10)
OVERLAP_ACKNOWLEDGEMENT = DueRule("overlap_acknowledgement", working_days=3)
JURISDICTION_OBJECTION = DueRule("jurisdiction_objection", working_days=5)
CONSULTATION_OPINION = DueRule("consultation_opinion", working_days=5)
OUTCOME_ACKNOWLEDGEMENT = DueRule("outcome_acknowledgement", working_days=3)
RULES: dict[str, DueRule] = {
    rule.name: rule
    for rule in (
        SUPERIOR_LEVEL_REPORT, LOWER_BODY_RECEIPT, FORWARD_TO_COMPETENT, ACCEPTANCE_NOTICE, RESULT_NOTICE,
        DISPOSITION_OPINION, INQUIRY_REPLY, TALK_INQUIRY_REPORT, ASSIGNED_DOWN_REPORT, INSPECTION_CLUE_REPORT,
        PRELIMINARY_VERIFICATION, ON_HOLD_REVIEW, CLARIFICATION_STEP, CLARIFICATION_ACROSS, OVERLAP_ACKNOWLEDGEMENT,
        JURISDICTION_OBJECTION, CONSULTATION_OPINION, OUTCOME_ACKNOWLEDGEMENT,
    )
}  # fmt: skip


def is_working_day(day: date) -> tuple[bool, bool]:
    """Whether people work on a day, and whether the calendar knows for certain."""
    try:
        return chinese_calendar.is_workday(day), True
    except NotImplementedError:
        return day.weekday() < 5, False


def add_months(start: date, months: int) -> date:
    """The same day of a later month, or that month's last day: 31 January + 1 month = 28 or 29 February."""
    index = start.month - 1 + months
    year, month = start.year + index // 12, index % 12 + 1
    first_of_next = date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, min(start.day, (first_of_next - timedelta(days=1)).day))


def due_after(rule: DueRule, start: date, working: Callable[[date], tuple[bool, bool]] = is_working_day) -> Due:
    """The last day of a limit that starts on ``start``; a last day without work moves to the next one with it."""
    day, certain, left = add_months(start, rule.months), True, rule.working_days
    while left:
        day += timedelta(days=1)
        works, known = working(day)
        certain, left = certain and known, left - works
    works, known = working(day)
    while not works:
        day += timedelta(days=1)
        works, known_next = working(day)
        known = known and known_next
    return Due(day, is_provisional=not (certain and known))


def end_of_day(day: date, zone: tzinfo) -> datetime:
    """The last second of a civil day, in UTC."""
    return datetime.combine(day, time(23, 59, 59), zone).astimezone(UTC)
