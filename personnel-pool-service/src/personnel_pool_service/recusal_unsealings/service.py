"""Two people open why somebody is recused. What they read is the kinds of grounds, never the facts behind them."""

from datetime import timedelta
from uuid import UUID

from chassis.errors import NotFound
from chassis.keyring import KeyRing
from chassis.uow import Uow

from personnel_pool_service.recusal_unsealings import repository
from personnel_pool_service.recusal_unsealings.domain import APPROVED, APPROVERS, MOVES, REQUESTED, may_read
from personnel_pool_service.recusal_unsealings.errors import NotReadable
from personnel_pool_service.recusal_unsealings.models import UnsealingRow
from personnel_pool_service.recusal_waivers.service import person, require_cadre, require_somebody_else
from personnel_pool_service.sealing import seal_text
from personnel_pool_service.tables import new_id
from personnel_pool_service.units.service import require_units


async def request_unsealing(
    uow: Uow, keys: KeyRing, *, cadre_id: UUID, unit_code: str, role: str | None, reason: str
) -> UnsealingRow:
    """Ask to read why; raises ``UnknownUnit``, ``UnknownCadre``, ``SecondPersonNeeded`` for the cadre's own account."""
    await require_units(uow, {"/unit_code": unit_code})
    await require_cadre(uow, cadre_id)
    await require_somebody_else(uow, "", cadre_id)
    unsealing_id = await new_id(uow.session)
    row = UnsealingRow(
        id=unsealing_id,
        cadre_id=cadre_id,
        unit_code=unit_code,
        role=role,
        reason_sealed=seal_text(keys, reason, f"recusal_unsealing:{unsealing_id}:reason"),
        status=REQUESTED,
        requested_by=person(uow),
        version=1,
        created_at=uow.now,
        updated_at=uow.now,
    )
    await repository.add(uow.session, row)
    await uow.audit("request", "recusal_unsealing", row.id)
    return row


async def move_unsealing(uow: Uow, unsealing_id: UUID, verb: str, minutes: int, seen: int | None) -> UnsealingRow:
    """Approve, refuse or close.

    Raises:
        NotFound, StaleVersion, MoveRefused.
        SecondPersonNeeded: who asked, or is concerned, does not approve.
    """
    row = await get_unsealing(uow, unsealing_id, lock=True)
    row.require_version(seen)
    move = MOVES.take(verb, row.status)
    if move.target == APPROVED:
        await require_somebody_else(uow, row.requested_by, row.cadre_id)
        row.approved_by = person(uow)
        row.readable_until = uow.now + timedelta(minutes=minutes)
    row.status = str(move.target)
    row.touch(uow.now)
    await uow.session.flush()
    await uow.audit(verb, "recusal_unsealing", row.id)
    return row


async def get_unsealing(uow: Uow, unsealing_id: UUID, *, lock: bool = False) -> UnsealingRow:
    """The unsealing, for who asked and for those who may approve; raises ``NotFound`` for everybody else."""
    row = await repository.find_unsealing(uow.session, unsealing_id, lock=lock)
    if row is None or not (row.requested_by == person(uow) or uow.actor.has_any(*APPROVERS)):
        raise NotFound
    return row


async def require_readable(uow: Uow, unsealing_id: UUID) -> UnsealingRow:
    """The unsealing if the caller may read the grounds now; the reading is logged.

    Raises:
        NotFound, NotReadable.
    """
    row = await get_unsealing(uow, unsealing_id)
    if not may_read(person(uow), row.status, row.requested_by, row.approved_by, row.readable_until, uow.now):
        raise NotReadable
    await uow.audit("read", "recusal_unsealing", row.id)
    return row
