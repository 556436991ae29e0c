"""Statutory clocks: months that clamp at month ends, working days with make-up workdays, the last day rolled forward.

The first day is not counted. A year the calendar has no data for counts Monday to Friday, and the date is provisional.
Pauses and extensions move a due date; see ``due_with``. Pure.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from chassis.working_days import Working, count_working_days, is_working_day

from chassis import clock

_LEADERS = frozenset({"leader", "principal_leader", "deputy_leader"})
_PRINCIPAL = frozenset({"leader", "principal_leader"})


class Anchor(StrEnum):
    """What the first day of a limit is; it is not counted itself."""

    RECEIPT = "receipt"
    SENDING = "sending"
    STATE = "state_reached"
    CONCLUSION = "conclusion"
    LETTER_RECEIVED = "letter_received"
    DETECTION = "detection"
    STEP = "step_begun"
    PERIOD = "period_over"


class Level(StrEnum):
    """Whose leader decides: the commission that owes, or the one that was assigned the clue."""

    OWN = "own"
    RECEIVER = "receiver"


@dataclass(frozen=True)
class ExtensionStep:
    """Who grants an extension, and by how many months at most (None: as long as is asked). The last step repeats."""

    roles: frozenset[str]
    level: Level = Level.OWN
    months: int | None = None


_BY_LEADERS = (ExtensionStep(_LEADERS),)
_BY_PRINCIPAL = (ExtensionStep(_PRINCIPAL),)


@dataclass(frozen=True)
class DueRule:
    """A limit by name: so many calendar months and days, or so many working days, counted from the anchor.

    A limit of no length ends on the anchor itself, or on the next day with work. ``extensions`` says who may grant the
    first, second, … extension, ``pause_roles`` who may let the clock stand still (nobody: it never does).
    ``valid_from`` is the first day a clock may start on to be counted by this version.
    """

    name: str
    months: int = 0
    working_days: int = 0
    days: int = 0
    anchor: Anchor = Anchor.RECEIPT
    source: str = ""
    extensions: tuple[ExtensionStep, ...] = ()
    pause_roles: frozenset[str] = frozenset()
    version: int = 1
    valid_from: date = date.min


@dataclass(frozen=True)
class Due:
    """A due date; provisional where the calendar of a year it crosses is not published yet."""

    on: date
    is_provisional: bool = False


SUPERIOR_LEVEL_REPORT = DueRule("superior_level_report", working_days=5, source="JJKG 15")
LOWER_BODY_RECEIPT = DueRule("lower_body_receipt", working_days=5, anchor=Anchor.SENDING, source="JJKG 16")
FORWARD_TO_COMPETENT = DueRule("forward_to_competent", working_days=5, source="JCFSS 169, 171")
ACCEPTANCE_NOTICE = DueRule("acceptance_notice", working_days=15, source="JJKG 26")
RESULT_NOTICE = DueRule("result_notice", working_days=15, anchor=Anchor.CONCLUSION, source="JJKG 27")
DISPOSITION_OPINION = DueRule(
    "disposition_opinion",
    months=1,
    anchor=Anchor.STATE,
    source="JDZJ 21",
    extensions=_BY_LEADERS,
    pause_roles=_LEADERS,
)
INQUIRY_REPLY = DueRule("inquiry_reply", working_days=15, anchor=Anchor.LETTER_RECEIVED, source="JDZJ 29")
TALK_INQUIRY_REPORT = DueRule(
    "talk_inquiry_report",
    months=1,
    anchor=Anchor.STATE,
    source="JDZJ 30",
    extensions=_BY_LEADERS,
    pause_roles=_LEADERS,
)
ASSIGNED_DOWN_REPORT = DueRule(
    "assigned_down_report",
    months=3,
    anchor=Anchor.SENDING,
    source="JJKG 21",
    extensions=(ExtensionStep(_PRINCIPAL, Level.RECEIVER, 3), ExtensionStep(_LEADERS)),
)
INSPECTION_CLUE_REPORT = DueRule("inspection_clue_report", months=3, source="XS15 29")
PRELIMINARY_VERIFICATION = DueRule(
    "preliminary_verification",
    months=3,
    anchor=Anchor.STATE,
    source="local",
    extensions=_BY_PRINCIPAL,
    pause_roles=_PRINCIPAL,
)
ON_HOLD_REVIEW = DueRule("on_hold_review", months=12, anchor=Anchor.STATE, source="local", extensions=_BY_LEADERS)
CLARIFICATION_STEP = DueRule("clarification_step", working_days=5, anchor=Anchor.STEP, source="local")
CLARIFICATION_ACROSS = DueRule("clarification_across", working_days=10, anchor=Anchor.STEP, source="local")
OVERLAP_ACKNOWLEDGEMENT = DueRule("overlap_acknowledgement", working_days=3, anchor=Anchor.DETECTION, source="local")
JURISDICTION_OBJECTION = DueRule("jurisdiction_objection", working_days=5, source="local")
CONSULTATION_OPINION = DueRule("consultation_opinion", working_days=5, anchor=Anchor.STEP, source="local")
OUTCOME_ACKNOWLEDGEMENT = DueRule("outcome_acknowledgement", working_days=3, anchor=Anchor.STEP, source="local")
PROTECTION_DECISION = DueRule("protection_decision", working_days=3, source="local")
PROTECTION_URGENT_DECISION = DueRule("protection_urgent_decision", working_days=1, source="local")
PROTECTION_MEASURE = DueRule("protection_measure", working_days=3, anchor=Anchor.STEP, source="local")
PETITION_RESULTS = DueRule("petition_results", anchor=Anchor.PERIOD, source="JJKG 18")
RECONCILIATION = DueRule("reconciliation", anchor=Anchor.PERIOD, source="JDZJ 23")
RULES: dict[str, DueRule] = {
    rule.name: rule
    for rule in (
        SUPERIOR_LEVEL_REPORT, LOWER_BODY_RECEIPT, FORWARD_TO_COMPETENT, ACCEPTANCE_NOTICE, RESULT_NOTICE,
        DISPOSITION_OPINION, INQUIRY_REPLY, TALK_INQUIRY_REPORT, ASSIGNED_DOWN_REPORT, INSPECTION_CLUE_REPORT,
        PRELIMINARY_VERIFICATION, ON_HOLD_REVIEW, CLARIFICATION_STEP, CLARIFICATION_ACROSS, OVERLAP_ACKNOWLEDGEMENT,
        JURISDICTION_OBJECTION, CONSULTATION_OPINION, OUTCOME_ACKNOWLEDGEMENT, PROTECTION_DECISION,
        PROTECTION_URGENT_DECISION, PROTECTION_MEASURE, PETITION_RESULTS, RECONCILIATION,
    )
}  # fmt: skip
"""The first version of every rule: what holds until somebody writes another one."""


add_months = clock.months_after
"""(day, months) → the same day of a later month, or that month's last day."""


def due_after(rule: DueRule, start: date, working: Working = is_working_day) -> Due:
    """The last day of a limit that starts on ``start``; a last day without work moves to the next one with it."""
    counted = _count(add_months(start, rule.months) + timedelta(days=rule.days), rule.working_days, working)
    return _roll(counted, working)


def _count(day: date, working_days: int, working: Working) -> Due:
    counted, certain = count_working_days(day, working_days, working)
    return Due(counted, is_provisional=not certain)


def _roll(due: Due, working: Working) -> Due:
    day = due.on
    works, certain = working(day)
    while not works:
        day += timedelta(days=1)
        works, known = working(day)
        certain = certain and known
    return Due(day, is_provisional=due.is_provisional or not certain)


@dataclass(frozen=True)
class Pause:
    """The clock stood still from ``first`` on, and went on at ``resumed``: that day counts again."""

    first: date
    resumed: date


@dataclass(frozen=True)
class Extension:
    """Somebody who may granted a later end."""

    until: date


def after_pause(rule: DueRule, due: Due, pause: Pause, working: Working = is_working_day) -> Due:
    """The due date moved on by the days of a pause: working days for a limit in working days, else calendar days."""
    span = (pause.resumed - pause.first).days
    if not rule.working_days:
        return _roll(Due(due.on + timedelta(days=span), due.is_provisional), working)
    days = [working(pause.first + timedelta(days=number)) for number in range(span)]
    moved = _roll(_count(due.on, sum(works for works, _ in days), working), working)
    certain = all(known for _, known in days)
    return Due(moved.on, is_provisional=due.is_provisional or moved.is_provisional or not certain)


def due_with(
    rule: DueRule, start: date, changes: Iterable[Pause | Extension], working: Working = is_working_day
) -> Due:
    """The due date of a clock with its pauses and extensions, in the order they happened.

    An extension never shortens: a rule that gives more than was granted prevails.
    """
    due = due_after(rule, start, working)
    for change in changes:
        if isinstance(change, Pause):
            due = after_pause(rule, due, change, working)
        elif change.until > due.on:
            due = Due(change.until)
    return due


def extension_step(rule: DueRule, granted: int) -> ExtensionStep | None:
    """Who grants the next extension after so many; None where the rule knows none."""
    return rule.extensions[min(granted, len(rule.extensions) - 1)] if rule.extensions else None


def latest_until(step: ExtensionStep, due_on: date, working: Working = is_working_day) -> date | None:
    """The last day an extension may reach; None: any."""
    if step.months is None:
        return None
    return _roll(Due(add_months(due_on, step.months)), working).on


def version_for(versions: Collection[DueRule], start: date) -> DueRule:
    """The version that counts a clock which starts on a day: the latest that is valid by then."""
    return max((one for one in versions if one.valid_from <= start), key=lambda one: one.version)


end_of_day = clock.end_of_day
"""(day, zone) → the last second of a civil day, in UTC: when what is due on that day is overdue."""
