"""An inspected unit asks that somebody not deal with it; the inspection office verifies, a leader decides."""

from collections.abc import Collection
from uuid import UUID

from chassis.errors import Forbidden, NotFound
from chassis.keyring import KeyRing
from chassis.uow import Uow

from personnel_pool_service.recusal_requests import repository
from personnel_pool_service.recusal_requests.domain import DISMISSED, MOVES, REQUESTED, UPHELD, VERIFIED, WEIGHT
from personnel_pool_service.recusal_requests.models import RecusalRequestRow
from personnel_pool_service.recusal_waivers.service import person, require_cadre, require_somebody_else
from personnel_pool_service.recusals.grounds import Rank
from personnel_pool_service.sealing import open_text, seal_text
from personnel_pool_service.tables import new_id
from personnel_pool_service.units.service import require_units


async def request_recusal(
    uow: Uow,
    keys: KeyRing,
    own_units: Collection[str],
    *,
    cadre_id: UUID,
    unit_code: str,
    request_ref: str | None,
    reason: str,
) -> RecusalRequestRow:
    """Ask that a cadre not deal with one of the caller's units.

    Raises:
        UnknownUnit, UnknownCadre.
        Forbidden: the unit is not the caller's.
    """
    await require_units(uow, {"/unit_code": unit_code})
    if unit_code not in own_units:
        raise Forbidden
    await require_cadre(uow, cadre_id)
    request_id = await new_id(uow.session)
    row = RecusalRequestRow(
        id=request_id,
        cadre_id=cadre_id,
        unit_code=unit_code,
        request_ref=request_ref,
        reason_sealed=seal_text(keys, reason, _context(request_id)),
        status=REQUESTED,
        requested_by=person(uow),
        version=1,
        created_at=uow.now,
        updated_at=uow.now,
    )
    await repository.add(uow.session, row)
    await uow.audit("request", "recusal_request", row.id)
    return row


async def move_request(
    uow: Uow,
    request_id: UUID,
    verb: str,
    *,
    own_units: Collection[str],
    sees_all: bool,
    decides: bool,
    finding: str | None,
    seen: int | None,
) -> RecusalRequestRow:
    """Verify, decide or withdraw.

    Raises:
        NotFound, StaleVersion, MoveRefused.
        Forbidden: another unit's request is not the caller's to withdraw; only heads of an inspection office decide.
        SecondPersonNeeded: who verified, asked or is concerned does not decide.
    """
    row = await _visible(uow, request_id, own_units, sees_all=sees_all, lock=True)
    row.require_version(seen)
    move = MOVES.take(verb, row.status)
    if verb == "withdraw" and row.unit_code not in own_units:
        raise Forbidden
    if move.target == VERIFIED:
        await require_somebody_else(uow, row.requested_by, row.cadre_id)
        row.verified_by, row.finding = person(uow), finding
    elif move.target in (UPHELD, DISMISSED):
        if not decides:
            raise Forbidden
        await require_somebody_else(uow, row.verified_by or "", row.cadre_id)
        row.decided_by, row.decided_at = person(uow), uow.now
    row.status = str(move.target)
    row.touch(uow.now)
    await uow.session.flush()
    await uow.audit(verb, "recusal_request", row.id)
    return row


async def get_request(uow: Uow, request_id: UUID, own_units: Collection[str], *, sees_all: bool) -> RecusalRequestRow:
    """The request; raises ``NotFound``, also for another unit's."""
    return await _visible(uow, request_id, own_units, sees_all=sees_all)


async def list_requests(
    uow: Uow, *, units: Collection[str] | None, status: str | None, after: UUID | None, limit: int
) -> list[RecusalRequestRow]:
    """Requests by id, one more than ``limit`` if there are more."""
    return await repository.list_requests(uow.session, units=units, status=status, after=after, limit=limit)


async def weights_of(uow: Uow, cadre_ids: Collection[UUID]) -> dict[UUID, tuple[tuple[str, Rank], ...]]:
    """Cadre → (unit code, weight) of the requests that weigh at present; the others are absent."""
    found: dict[UUID, list[tuple[str, Rank]]] = {}
    for cadre_id, unit_code, status in await repository.list_weighing(uow.session, cadre_ids):
        found.setdefault(cadre_id, []).append((unit_code, WEIGHT[status]))
    return {cadre_id: tuple(weights) for cadre_id, weights in found.items()}


def reason_of(keys: KeyRing, row: RecusalRequestRow) -> str:
    """The sealed reason, for the office that verifies it."""
    return open_text(keys, row.reason_sealed, _context(row.id))


async def _visible(
    uow: Uow, request_id: UUID, own_units: Collection[str], *, sees_all: bool, lock: bool = False
) -> RecusalRequestRow:
    row = await repository.find_request(uow.session, request_id, lock=lock)
    if row is None or not (sees_all or row.unit_code in own_units):
        raise NotFound
    return row


def _context(request_id: UUID) -> str:
    return f"recusal_request:{request_id}:reason"
