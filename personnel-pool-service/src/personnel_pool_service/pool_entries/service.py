"""Use cases of pool entries: nominate, take a move, read, look back, remind."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from chassis.errors import NotFound
from chassis.identity import SYSTEM
from chassis.moves import Move
from chassis.service import Resources
from chassis.uow import Uow

from personnel_pool_service.cadres import service as cadres
from personnel_pool_service.cadres import standing
from personnel_pool_service.cadres.errors import UnknownCadre
from personnel_pool_service.pool_entries import ledger, repository
from personnel_pool_service.pool_entries.domain import (
    AT_ONCE,
    CHECKED,
    IN_FORCE,
    LOOK_NEEDED,
    LOOKS_NEEDED,
    MOVES,
    NOMINATED,
    REVIEW_TARGETS,
    SUSPENDED,
    EntryFilter,
    EntryOn,
    ExitGround,
    ReviewResult,
)
from personnel_pool_service.pool_entries.errors import CheckOutdated, FourEyes, NotAtOnce
from personnel_pool_service.pool_entries.events import entry_moved, review_due
from personnel_pool_service.pool_entries.models import EntryRow, EntryStateRow
from personnel_pool_service.units import service as units

CHECK_FRESH = timedelta(days=90)
_REMINDED_AT_ONCE = 200


@dataclass(frozen=True)
class Step:
    """What a move is given beside its verb."""

    reason: str | None = None
    ground: ExitGround | None = None
    result: ReviewResult | None = None
    is_plain: bool = False
    """Of a check: nothing needs a closer look. Used and forgotten."""


async def nominate(
    uow: Uow, cadre_id: UUID, pool_kind: str, reason: str | None, homes: Collection[str] | None
) -> EntryRow:
    """Nominate a cadre for a pool.

    Raises:
        UnknownCadre: nobody the nominator may see.
        EntryExists: the cadre is in the pool, or a nomination is open.
    """
    home = await _home_of(uow, cadre_id)
    if homes is not None and home not in homes:
        raise UnknownCadre
    row = EntryRow(
        cadre_id=cadre_id, pool_kind=pool_kind, status=NOMINATED, nominated_by=ledger.actor_of(uow), reason=reason,
        version=1, created_at=uow.now, updated_at=uow.now,
    )  # fmt: skip
    await repository.add_entry(uow.session, row)
    await _record(uow, row, "nominate", "pool.entry.nominated.v1", home)
    return row


async def take_move(
    uow: Uow, entry_id: UUID, verb: str, step: Step, homes: Collection[str] | None, *, seen_version: int | None
) -> EntryRow:
    """Take a move of the table.

    Raises:
        NotFound, StaleVersion, MoveRefused.
        FourEyes: the caller proposed, nominated or checked what is decided.
        CheckOutdated, NotAtOnce, CadreIsLent: see the moves' notes.
    """
    row = await repository.find_entry(uow.session, entry_id, lock=True)
    if row is None:
        raise NotFound
    home = await _home_of(uow, row.cadre_id)
    if homes is not None and home not in homes:
        raise NotFound
    row.require_version(seen_version)
    move = MOVES.take(verb, row.status)
    _require_other_eyes(uow, row, verb)
    was_in_force = row.status in IN_FORCE
    event = await _change(uow, row, move, step)
    row.touch(uow.now)
    await _settle(uow, row, was_in_force=was_in_force, urgent=verb == "remove")
    await _record(uow, row, verb, event, home)
    return row


async def _change(uow: Uow, row: EntryRow, move: Move, step: Step) -> str | None:
    """Give the row its new state; returns the event's type."""
    before = row.status
    if move.target is not None:
        row.status = move.target
    if step.reason is not None:
        row.reason = step.reason
    if move.verb == "look":
        looks = await repository.add_look(uow.session, row.id, ledger.actor_of(uow), uow.now)
        row.status = CHECKED if looks >= LOOKS_NEEDED else LOOK_NEEDED
    elif move.verb in _EFFECTS:
        _EFFECTS[move.verb](row, step, ledger.actor_of(uow), uow.clock.today(), before)
    else:
        row.decided_by = ledger.actor_of(uow)
    return move.event


Effect = Callable[[EntryRow, Step, str, date, str], None]


def _note_check(row: EntryRow, step: Step, actor: str, today: date, _before: str) -> None:
    row.checked_by, row.checked_on = actor, today
    row.status = CHECKED if step.is_plain else LOOK_NEEDED


def _admit(row: EntryRow, _step: Step, actor: str, today: date, _before: str) -> None:
    if row.checked_on is None or today - row.checked_on > CHECK_FRESH:
        raise CheckOutdated
    row.decided_by, row.admitted_on, row.review_due_on = actor, today, ledger.next_review(today)


def _propose_review(row: EntryRow, step: Step, actor: str, _today: date, _before: str) -> None:
    row.proposed_by, row.proposed_result = actor, step.result


def _conclude_review(row: EntryRow, _step: Step, actor: str, today: date, _before: str) -> None:
    assert row.proposed_result is not None  # no review is proposed without one
    row.status = REVIEW_TARGETS[ReviewResult(row.proposed_result)]
    row.decided_by, row.reviewed_on = actor, today
    row.review_due_on = ledger.next_review(today)
    row.proposed_by = row.proposed_result = None


def _propose_exit(row: EntryRow, step: Step, actor: str, _today: date, before: str) -> None:
    row.proposed_by, row.proposed_result, row.ground = actor, before, step.ground


def _decline_exit(row: EntryRow, _step: Step, actor: str, _today: date, _before: str) -> None:
    row.status = row.proposed_result or SUSPENDED
    row.decided_by, row.proposed_by, row.proposed_result, row.ground = actor, None, None, None


def _remove(row: EntryRow, step: Step, actor: str, _today: date, _before: str) -> None:
    if step.ground not in AT_ONCE:
        raise NotAtOnce
    row.decided_by, row.ground = actor, step.ground


_EFFECTS: Mapping[str, Effect] = {
    "check": _note_check,
    "admit": _admit,
    "propose-review": _propose_review,
    "conclude-review": _conclude_review,
    "propose-exit": _propose_exit,
    "decline-exit": _decline_exit,
    "remove": _remove,
}


def _require_other_eyes(uow: Uow, row: EntryRow, verb: str) -> None:
    others: dict[str, set[str | None]] = {
        "check": {row.nominated_by},
        "look": {row.nominated_by},
        "admit": {row.nominated_by, row.checked_by},
        "conclude-review": {row.proposed_by},
        "confirm-exit": {row.proposed_by},
    }
    if ledger.actor_of(uow) in others.get(verb, set()):
        raise FourEyes


async def _settle(uow: Uow, row: EntryRow, *, was_in_force: bool, urgent: bool) -> None:
    """Let the cadre's pools and standing follow."""
    is_in_force = row.status in IN_FORCE
    if is_in_force != was_in_force:
        await standing.set_pool_kind(uow, row.cadre_id, row.pool_kind, belongs=is_in_force)
    await uow.session.flush()
    still_open = await repository.list_open(uow.session, [row.cadre_id])
    if not still_open and row.status in ("exited", "rejected", "withdrawn"):
        await standing.release(uow, row.cadre_id, has_belonged=row.status == "exited", urgent=urgent)


async def _record(uow: Uow, row: EntryRow, verb: str, event: str | None, home: str) -> None:
    await uow.session.flush()
    await repository.insert_states(uow.session, [ledger.state_of(uow, row, verb)])
    if event is not None:
        commission = await units.commission(uow, home)
        await uow.emit(entry_moved(event, row, home), aggregate_id=row.id, version=row.version, commission=commission)
    await uow.audit(f"{verb}_pool_entry", "pool_entry", row.id)


async def _home_of(uow: Uow, cadre_id: UUID) -> str:
    known = await cadres.lock_cadres(uow, [cadre_id])
    if cadre_id not in known:
        raise UnknownCadre
    return known[cadre_id].home_unit


async def get_entry(uow: Uow, entry_id: UUID, homes: Collection[str] | None) -> tuple[EntryRow, str]:
    """(entry, home unit); raises ``NotFound``, also for what the reader may not see."""
    row = await repository.find_entry(uow.session, entry_id)
    if row is None:
        raise NotFound
    home = await _home_of(uow, row.cadre_id)
    if homes is not None and home not in homes:
        raise NotFound
    return row, home


async def list_entries(
    uow: Uow, wanted: EntryFilter, homes: Collection[str] | None, *, after: UUID | None, limit: int
) -> list[tuple[EntryRow, str]]:
    """(entry, home unit) by id, one more than ``limit`` if there are more."""
    return await repository.list_entries(uow.session, wanted, homes=homes, after=after, limit=limit)


async def list_past(uow: Uow, entry_id: UUID, homes: Collection[str] | None) -> list[EntryStateRow]:
    """All that an entry has been, in order; raises ``NotFound``."""
    await get_entry(uow, entry_id, homes)
    return await repository.list_states(uow.session, entry_id)


async def entries_on(
    uow: Uow, day: date, homes: Collection[str] | None, *, cadre_id: UUID | None, after: UUID | None, limit: int
) -> list[EntryOn]:
    """What entries were at the end of a day, by entry, one more than ``limit`` if there are more."""
    midnight = datetime.combine(day + timedelta(days=1), time(), tzinfo=uow.clock.zone)
    rows = await repository.list_states_on(
        uow.session, midnight, homes=homes, cadre_id=cadre_id, after=after, limit=limit
    )
    return [
        EntryOn(row.entry_id, row.cadre_id, row.pool_kind, row.status, uow.clock.civil_date(row.since)) for row in rows
    ]


async def announce_due_reviews(resources: Resources) -> None:
    """Timer: tell once that a yearly review is due."""
    while True:
        async with resources.transactions(SYSTEM) as uow:
            due = await repository.lock_due_reviews(uow.session, uow.clock.today(), _REMINDED_AT_ONCE)
            for row, home in due:
                row.review_reminded_on = row.review_due_on
                row.touch(uow.now)
                commission = await units.commission(uow, home)
                await uow.emit(review_due(row, home), aggregate_id=row.id, version=row.version, commission=commission)
        if len(due) < _REMINDED_AT_ONCE:
            return
