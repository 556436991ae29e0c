"""The clock that runs on a clue: which rule a state starts, how it is counted, and how it ends."""

from collections.abc import Iterable, Mapping
from datetime import date

from chassis.uow import Uow

from clue_service.clues.models import Clue
from clue_service.clues.states import Status
from clue_service.deadlines import repository
from clue_service.deadlines import service as deadlines
from clue_service.deadlines.changing import PAUSE, end_pause
from clue_service.deadlines.domain import (
    DISPOSITION_OPINION,
    ON_HOLD_REVIEW,
    PRELIMINARY_VERIFICATION,
    RULES,
    TALK_INQUIRY_REPORT,
    Due,
    DueRule,
    Extension,
    Pause,
    after_pause,
    due_after,
    due_with,
    end_of_day,
)
from clue_service.deadlines.models import ChangeColumns

RULE_OF_STATE: Mapping[Status, DueRule] = {
    Status.ASSIGNED: DISPOSITION_OPINION,
    Status.TALK_INQUIRY: TALK_INQUIRY_REPORT,
    Status.PRELIMINARY_VERIFICATION: PRELIMINARY_VERIFICATION,
    Status.ON_HOLD: ON_HOLD_REVIEW,
}
"""What is due in a state, counted from the day it is reached. Other states owe nothing of their own."""


async def start_clock(uow: Uow, clue: Clue, status: Status) -> None:
    """Let the clock of a state run from today; in a state that owes nothing none runs."""
    await end_clock(uow, clue)
    named = RULE_OF_STATE.get(status)
    if named is not None:
        await run_clock(uow, clue, named.name, uow.clock.today())


async def run_clock(uow: Uow, clue: Clue, name: str, start: date) -> None:
    """Let the clock of a rule run from a day."""
    rule = await deadlines.rule_on(uow, name, start)
    clue.due_rule, clue.clock_start, clue.due_rule_version = rule.name, start, rule.version
    put_due(uow, clue, due_after(rule, start, await deadlines.calendar_of(uow)))


async def count_report_from(uow: Uow, clue: Clue, day: date) -> bool:
    """Count the report on a talk or inquiry from the day a talk was held or a reply came; False where nothing changes.

    The last such day counts, and a clock that ends later as it is, since it was extended, goes on as it is. One that
    stands still or is stopped is left alone.
    """
    if clue.due_rule != TALK_INQUIRY_REPORT.name or clue.clock_start is None or day <= clue.clock_start:
        return False
    due_at = clue.running_due_at
    due = await deadlines.due_for(uow, clue.due_rule, day)
    if due_at is None or end_of_day(due.on, uow.clock.zone) <= due_at:
        return False
    await run_clock(uow, clue, clue.due_rule, day)
    return True


def put_due(uow: Uow, clue: Clue, due: Due) -> None:
    """Store the end of the running clock."""
    clue.due_at, clue.due_provisional = end_of_day(due.on, uow.clock.zone), due.is_provisional


async def end_clock(uow: Uow, clue: Clue) -> None:
    """No clock runs; a pause of it is over."""
    await resume_clock(uow, clue)
    clue.due_rule = clue.clock_start = clue.due_at = clue.clock_stopped_at = clue.due_rule_version = None
    clue.due_provisional = False


async def resume_clock(uow: Uow, clue: Clue) -> None:
    """A clock that stands still goes on today: its end moves by the days that were lost. Others run as before."""
    if clue.paused_on is None:
        return
    pause = await repository.open_pause(uow.session, clue.id)
    today = uow.clock.today()
    end_pause(uow, pause)
    if clue.due_rule in RULES and clue.clock_start is not None and clue.due_at is not None:
        rule = await deadlines.rule_on(uow, clue.due_rule, clue.clock_start)
        due = Due(uow.clock.civil_date(clue.due_at), clue.due_provisional)
        put_due(uow, clue, after_pause(rule, due, Pause(clue.paused_on, today), await deadlines.calendar_of(uow)))
    clue.paused_on = None
    await uow.session.flush()


async def count_anew(uow: Uow, clue: Clue) -> tuple[DueRule, Due] | None:
    """What the running clock comes to by the rules, the calendar and all pauses and extensions that are known now.

    None where no rule counts it: its end was agreed.
    """
    if clue.clock_start is None or clue.due_rule not in RULES:
        return None
    rule = await deadlines.rule_on(uow, clue.due_rule, clue.clock_start)
    rows = await repository.changes_of_clock(uow.session, clue.id, clue.due_rule, clue.clock_start)
    return rule, due_with(rule, clue.clock_start, as_changes(rows), await deadlines.calendar_of(uow))


def as_changes(rows: Iterable[ChangeColumns]) -> list[Pause | Extension]:
    """Pauses that are over and extensions, as they count."""
    return [
        Pause(row.since, row.until) if row.kind == PAUSE else Extension(row.until)
        for row in rows
        if row.until is not None
    ]
