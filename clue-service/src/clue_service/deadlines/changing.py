"""Pauses and extensions of any clock of a clue: whether its rule allows them, and what is kept of each."""

from datetime import date, datetime
from typing import Any

from chassis.errors import invalid_field
from chassis.uow import Uow

from clue_service.deadlines import service
from clue_service.deadlines.domain import DueRule, ExtensionStep, end_of_day, extension_step, latest_until
from clue_service.deadlines.errors import ClockNotExtendable, ClockNotPausable
from clue_service.deadlines.models import ChangeColumns

PAUSE, EXTENSION = "pause", "extension"


def check_later(uow: Uow, until: date, due_at: datetime | None) -> datetime:
    """The present end; raises Invalid where no clock runs that ends before ``until``."""
    if due_at is None or end_of_day(until, uow.clock.zone) <= due_at:
        raise invalid_field("/until", "not_later", "须晚于现有期限", "Must be later than the present due date")
    return due_at


async def next_extension(uow: Uow, rule: DueRule, due_at: datetime, until: date, granted: int) -> ExtensionStep:
    """Who grants another extension after so many; raises ClockNotExtendable where the rule knows none, or none so far.

    ``due_at`` is the present end.
    """
    step = extension_step(rule, granted)
    if step is None:
        raise ClockNotExtendable(members={"rule": rule.name, "latest": None})
    latest = latest_until(step, uow.clock.civil_date(due_at), await service.calendar_of(uow))
    if latest is not None and until > latest:
        raise ClockNotExtendable(members={"rule": rule.name, "latest": latest.isoformat()})
    return step


def check_pausable(uow: Uow, rule: DueRule, due_at: datetime | None) -> None:
    """Raise ClockNotPausable where the rule knows no pause, or the clock has run out."""
    if not rule.pause_roles or due_at is None or due_at < uow.now:
        raise ClockNotPausable(members={"rule": rule.name})


def columns_of(
    uow: Uow,
    kind: str,
    *,
    reason: str,
    approval: dict[str, Any] | None,
    until: date | None = None,
    ground: str | None = None,
) -> dict[str, Any]:
    """What is kept of a pause or an extension that is recorded now."""
    return {
        "kind": kind,
        "since": uow.clock.today(),
        "until": until,
        "ground": ground,
        "reason": reason,
        "approval": approval or {},
        "recorded_by": uow.actor.acting_for or uow.actor.sub,
        "recorded_at": uow.now,
    }


def end_pause(uow: Uow, pause: ChangeColumns | None) -> None:
    """A pause is over: the clock goes on today, or is over as well."""
    if pause is not None:
        pause.until, pause.ended_by = uow.clock.today(), uow.actor.acting_for or uow.actor.sub
        pause.ended_at = uow.now
