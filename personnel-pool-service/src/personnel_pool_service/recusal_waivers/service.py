"""Waivers: a reason, a proposer, a leader who grants; what cannot be waived is refused before anybody looks."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from chassis.errors import FieldError, NotFound
from chassis.uow import Uow

from personnel_pool_service.cadres import service as cadres
from personnel_pool_service.cadres.errors import UnknownCadre
from personnel_pool_service.principals import service as principals
from personnel_pool_service.recusal_waivers import repository
from personnel_pool_service.recusal_waivers.domain import GRANTED, MOVES, PROPOSED
from personnel_pool_service.recusal_waivers.errors import GroundNotWaivable, SecondPersonNeeded
from personnel_pool_service.recusal_waivers.models import WaiverRow
from personnel_pool_service.recusals.grounds import WAIVABLE
from personnel_pool_service.units.service import require_units


async def propose(uow: Uow, cadre_id: UUID, unit_code: str, code: str, reason: str, valid_to: date) -> WaiverRow:
    """Propose a waiver. Nothing is said about whether the cadre has the ground.

    Raises:
        GroundNotWaivable, UnknownUnit, UnknownCadre.
    """
    if code not in WAIVABLE:
        raise GroundNotWaivable(members={"waivable": sorted(WAIVABLE)})
    await require_units(uow, {"/unit_code": unit_code})
    await require_cadre(uow, cadre_id)
    row = WaiverRow(
        cadre_id=cadre_id,
        unit_code=unit_code,
        code=code,
        reason=reason,
        valid_to=valid_to,
        status=PROPOSED,
        proposed_by=person(uow),
        version=1,
        created_at=uow.now,
        updated_at=uow.now,
    )
    await repository.add(uow.session, row)
    await uow.audit("propose", "recusal_waiver", row.id)
    return row


async def move_waiver(uow: Uow, waiver_id: UUID, verb: str, seen: int | None) -> WaiverRow:
    """Grant, refuse or revoke.

    Raises:
        NotFound, StaleVersion, MoveRefused.
        SecondPersonNeeded: the proposer, or the cadre concerned, grants.
    """
    row = await repository.find_waiver(uow.session, waiver_id, lock=True)
    if row is None:
        raise NotFound
    row.require_version(seen)
    move = MOVES.take(verb, row.status)
    if move.target == GRANTED:
        await require_somebody_else(uow, row.proposed_by, row.cadre_id)
    row.status = str(move.target)
    row.decided_by, row.decided_at = person(uow), uow.now
    row.touch(uow.now)
    await uow.session.flush()
    await uow.audit(verb, "recusal_waiver", row.id)
    return row


async def get_waiver(uow: Uow, waiver_id: UUID) -> WaiverRow:
    """The waiver; raises ``NotFound``."""
    row = await repository.find_waiver(uow.session, waiver_id)
    if row is None:
        raise NotFound
    return row


async def list_waivers(
    uow: Uow, *, cadre_id: UUID | None, status: str | None, after: UUID | None, limit: int
) -> list[WaiverRow]:
    """Waivers by id, one more than ``limit`` if there are more."""
    return await repository.list_waivers(uow.session, cadre_id=cadre_id, status=status, after=after, limit=limit)


async def waived(uow: Uow, cadre_ids: Collection[UUID]) -> dict[UUID, frozenset[tuple[str, str]]]:
    """Cadre → (unit code, ground code) waived today; cadres without any are absent."""
    found: dict[UUID, set[tuple[str, str]]] = {}
    for cadre_id, unit_code, code in await repository.list_in_force(uow.session, cadre_ids, uow.clock.today()):
        found.setdefault(cadre_id, set()).add((unit_code, code))
    return {cadre_id: frozenset(pairs) for cadre_id, pairs in found.items()}


async def require_somebody_else(uow: Uow, first: str, cadre_id: UUID) -> None:
    """Raise ``SecondPersonNeeded`` if the caller is ``first``, or is the cadre."""
    concerned = (await principals.subs_of(uow, [cadre_id])).get(cadre_id)
    if person(uow) in (first, concerned):
        raise SecondPersonNeeded


async def require_cadre(uow: Uow, cadre_id: UUID) -> None:
    """Raise ``UnknownCadre`` for somebody who is not in the pool."""
    if cadre_id not in await cadres.lock_cadres(uow, [cadre_id]):
        raise UnknownCadre(errors=[FieldError("/cadre_id", "unknown_cadre", UnknownCadre.title)])


def person(uow: Uow) -> str:
    """Who acts: the user, where a service acts for one."""
    return uow.actor.acting_for or uow.actor.sub
