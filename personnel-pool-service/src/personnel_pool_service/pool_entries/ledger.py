"""Writing places in pools down: the pool manager's own way in and out, one cadre or a whole roster at a time."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from chassis.uow import Uow

from personnel_pool_service.bookings.domain import months_later
from personnel_pool_service.pool_entries import repository
from personnel_pool_service.pool_entries.domain import ACTIVE, EXITED, IN_FORCE
from personnel_pool_service.pool_entries.models import EntryRow

REVIEW_MONTHS = 12  # "at least yearly"


def next_review(day: date) -> date:
    """The day a review is due after one, or after admission."""
    return months_later(day, REVIEW_MONTHS)


async def appoint(uow: Uow, kinds_of: Mapping[UUID, Sequence[str]]) -> None:
    """Let cadres belong to exactly these pools from now on: entries are opened, taken up or closed."""
    if not kinds_of:
        return
    states: list[dict[str, Any]] = []
    held: dict[UUID, set[str]] = {cadre_id: set() for cadre_id in kinds_of}
    for row in await repository.list_open(uow.session, list(kinds_of)):
        wanted = row.pool_kind in kinds_of[row.cadre_id]
        held[row.cadre_id].add(row.pool_kind)
        if wanted and row.status not in IN_FORCE:
            _take_up(uow, row)
            states.append(state_of(uow, row, "appoint"))
        elif not wanted and row.status in IN_FORCE:
            row.status, row.decided_by = EXITED, actor_of(uow)
            row.touch(uow.now)
            states.append(state_of(uow, row, "drop"))
    missing = [(cadre_id, kind) for cadre_id, kinds in kinds_of.items() for kind in kinds if kind not in held[cadre_id]]
    if missing:
        states += await _open(uow, missing)
    if states:
        await uow.session.flush()
        await repository.insert_states(uow.session, states)


async def leave(uow: Uow, cadre_id: UUID) -> None:
    """Close all of a cadre's entries: the cadre has left."""
    rows = await repository.list_open(uow.session, [cadre_id])
    for row in rows:
        row.status, row.decided_by = EXITED, actor_of(uow)
        row.touch(uow.now)
    if rows:
        await uow.session.flush()
        await repository.insert_states(uow.session, [state_of(uow, row, "leave") for row in rows])


def state_of(uow: Uow, row: EntryRow, verb: str) -> dict[str, Any]:
    """What an entry has become, as a row of its past."""
    return {
        "entry_id": row.id,
        "cadre_id": row.cadre_id,
        "pool_kind": row.pool_kind,
        "verb": verb,
        "status": row.status,
        "ground": row.ground,
        "since": uow.now,
        "recorded_by": actor_of(uow),
    }


def actor_of(uow: Uow) -> str:
    """Who acts, by sub."""
    return uow.actor.acting_for or uow.actor.sub


def _take_up(uow: Uow, row: EntryRow) -> None:
    today = uow.clock.today()
    row.status, row.decided_by = ACTIVE, actor_of(uow)
    row.admitted_on = row.admitted_on or today
    row.review_due_on = next_review(today)
    row.touch(uow.now)


async def _open(uow: Uow, missing: Sequence[tuple[UUID, str]]) -> list[dict[str, Any]]:
    today, actor, now = uow.clock.today(), actor_of(uow), uow.now
    ids = await repository.new_ids(uow.session, len(missing))
    entries = [
        {
            "id": entry_id, "cadre_id": cadre_id, "pool_kind": kind, "status": ACTIVE, "nominated_by": actor,
            "decided_by": actor, "admitted_on": today, "review_due_on": next_review(today),
            "version": 1, "created_at": now, "updated_at": now,
        }
        for entry_id, (cadre_id, kind) in zip(ids, missing, strict=True)
    ]  # fmt: skip
    await repository.insert_entries(uow.session, entries)
    return [
        {
            "entry_id": one["id"], "cadre_id": one["cadre_id"], "pool_kind": one["pool_kind"], "verb": "appoint",
            "status": ACTIVE, "ground": None, "since": now, "recorded_by": actor,
        }
        for one in entries
    ]  # fmt: skip
