"""What clocks beside the first become as their clue moves: reports to an inspection office are owed, replies end."""

from datetime import date

from chassis.uow import Uow
from contracts.clocks import ClueClockEvent
from contracts.clue import ClueEvent
from contracts.envelope import Envelope

from clue_service.clue_clocks import domain, repository
from clue_service.clue_clocks.domain import RULE_OF_KIND, ClockState, Kind, follow
from clue_service.clue_clocks.events import emit_clock
from clue_service.clue_clocks.models import ClueClock
from clue_service.clues import service as clues
from clue_service.clues.clocks import count_report_from
from clue_service.clues.events import emit_clue
from clue_service.clues.models import Clue
from clue_service.clues.states import Status
from clue_service.clues.vocabulary import Source
from clue_service.deadlines import service as deadlines
from clue_service.deadlines.changing import end_pause
from clue_service.deadlines.domain import due_after, end_of_day
from clue_service.proceedings.service import take_step

FROM_FINDING = "finding:"
"""How inspection-service names where a clue came from; it hears of that clue by the clue's events."""
_SAID_OF = {ClockState.MET: "met", ClockState.CANCELLED: "cancelled", ClockState.OPEN: "started"}
_VERB_OF = {ClockState.MET: "meet", ClockState.CANCELLED: "cancel", ClockState.OPEN: "start"}


def _is_owed(clue: Clue) -> bool:
    after = follow(Kind.INSPECTION_REPORT, ClockState.OPEN, Status(clue.status), is_told=_is_told(clue.origin_ref))
    return after is ClockState.OPEN


def _is_told(origin_ref: str | None) -> bool:
    return origin_ref is not None and origin_ref.startswith(FROM_FINDING)


async def owe_report(uow: Uow, _envelope: Envelope, event: ClueEvent) -> None:
    """A clue that an inspection handed over has come in: its office is owed a report, once. Safe to repeat.

    The clue is asked how far it is by now, and held: whatever it does next finds the clock.
    """
    if event.source_code != Source.INSPECTION:
        return
    clue = await clues.locked_clue(uow, event.clue_id)
    if clue is None or not _is_owed(clue):
        return
    rule = await deadlines.rule_on(uow, RULE_OF_KIND[Kind.INSPECTION_REPORT].name, clue.received_on)
    due = due_after(rule, clue.received_on, await deadlines.calendar_of(uow))
    values = {
        "clue_id": clue.id,
        "clue_no": clue.clue_no,
        "kind": Kind.INSPECTION_REPORT.value,
        "state": ClockState.OPEN.value,
        "version": 0,
        "clue_version": clue.version,
        "commission": clue.commission,
        "unit": clue.commission,
        "due_rule": rule.name,
        "due_rule_version": rule.version,
        "clock_start": clue.received_on,
        "due_at": end_of_day(due.on, uow.clock.zone),
        "due_provisional": due.is_provisional,
    }
    clock = await repository.add_report(uow.session, values)
    if clock is not None:
        await take_step(uow, domain.ITEM, clock, "start", None)
        await emit_clock(uow, domain.event("started"), clock)


async def follow_clue(uow: Uow, envelope: Envelope, event: ClueEvent) -> None:
    """A clue moved: what its clocks become. Older events than what is known change nothing."""
    for clock in await repository.lock_of_clue(uow.session, event.clue_id):
        if clock.clue_version >= envelope.version:
            continue
        before = ClockState(clock.state)
        after = follow(Kind(clock.kind), before, Status(event.status), is_told=_is_told(event.origin_ref))
        clock.clue_version = envelope.version
        if after is before:
            continue
        await _become(uow, clock, after, uow.clock.civil_date(envelope.time), event.type)


async def count_report(uow: Uow, _envelope: Envelope, event: ClueClockEvent) -> None:
    """A reply came: the report on the inquiry is counted from that day on. Safe to repeat."""
    clock = await uow.session.get(ClueClock, event.clock_id)
    if clock is None or clock.kind != Kind.INQUIRY_REPLY or clock.met_on is None:
        return
    clue = await clues.locked_clue(uow, clock.clue_id)
    if clue is None:
        return
    previous = clue.running_due_at
    if await count_report_from(uow, clue, clock.met_on):
        clue.version += 1
        await uow.session.flush()
        await uow.audit("recompute_due", "clue", clue.id, detail={"version": clue.version})
        await emit_clue(uow, "clue.clue.due_changed.v1", clue, None, previous_due_at=previous)


async def _become(uow: Uow, clock: ClueClock, state: ClockState, on: date, because: str) -> None:
    if clock.paused_on is not None:
        await _drop_pause(uow, clock)
    if state is ClockState.MET:
        clock.met_on = on
    await take_step(uow, domain.ITEM, clock, _VERB_OF[state], state, {"because": because})
    await emit_clock(uow, domain.event(_SAID_OF[state]), clock)


async def _drop_pause(uow: Uow, clock: ClueClock) -> None:
    """A clock that is over stands still no more; its end stays where it was."""
    end_pause(uow, await repository.open_pause(uow.session, clock.id))
    clock.paused_on = None
