"""The clock that runs on a clue: which rule a state starts, and how it ends."""

from collections.abc import Mapping

from chassis.uow import Uow

from clue_service.clues.models import Clue
from clue_service.clues.states import Status
from clue_service.deadlines.domain import (
    DISPOSITION_OPINION,
    ON_HOLD_REVIEW,
    PRELIMINARY_VERIFICATION,
    TALK_INQUIRY_REPORT,
    DueRule,
    due_after,
    end_of_day,
)

RULE_OF_STATE: Mapping[Status, DueRule] = {
    Status.ASSIGNED: DISPOSITION_OPINION,
    Status.TALK_INQUIRY: TALK_INQUIRY_REPORT,
    Status.PRELIMINARY_VERIFICATION: PRELIMINARY_VERIFICATION,
    Status.ON_HOLD: ON_HOLD_REVIEW,
}
"""What is due in a state, counted from the day it is reached. Other states owe nothing of their own."""


def start_clock(uow: Uow, clue: Clue, status: Status) -> None:
    """Let the clock of a state run from today; in a state that owes nothing none runs."""
    rule = RULE_OF_STATE.get(status)
    if rule is None:
        end_clock(clue)
        return
    today = uow.clock.today()
    due = due_after(rule, today)
    clue.due_rule, clue.clock_start = rule.name, today
    clue.due_at, clue.due_provisional = end_of_day(due.on, uow.clock.zone), due.is_provisional
    clue.clock_stopped_at = None


def end_clock(clue: Clue) -> None:
    """No clock runs."""
    clue.due_rule = clue.clock_start = clue.due_at = clue.clock_stopped_at = None
    clue.due_provisional = False
