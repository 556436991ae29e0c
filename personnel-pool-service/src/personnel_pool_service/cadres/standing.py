"""How a cadre's standing follows what becomes of places in pools and of home units."""

from collections.abc import Collection, Sequence
from uuid import UUID

from chassis.errors import NotFound
from chassis.keyring import KeyRing
from chassis.uow import Uow

from personnel_pool_service.bookings import service as bookings
from personnel_pool_service.cadres import repository, service
from personnel_pool_service.cadres.domain import (
    ACTIVE,
    EXITED,
    MOVES,
    NOMINATED,
    SUSPENDED,
    CadreDraft,
    Extras,
    Relative,
)
from personnel_pool_service.cadres.errors import CadreIsLent, UnknownCadre
from personnel_pool_service.cadres.models import CadreRow


async def nominate_cadre(
    uow: Uow,
    keys: KeyRing,
    draft: CadreDraft,
    relatives: Sequence[Relative],
    extras: Extras,
    homes: Collection[str] | None,
) -> UUID:
    """Note somebody who is nominated: known to the pool, not lendable until admitted.

    Raises:
        UnknownCadre: a home unit the nominator does not answer for.
        And what ``enter_cadre`` raises.
    """
    if homes is not None and draft.home_unit not in homes:
        raise UnknownCadre
    view = await service.enter_cadre(uow, keys, draft, relatives, extras, status=NOMINATED)
    return view.row.id


async def set_pool_kind(uow: Uow, cadre_id: UUID, pool_kind: str, *, belongs: bool) -> None:
    """Let a cadre belong to a pool or not; the first pool makes a nominated cadre lendable."""
    row = await _locked(uow, cadre_id)
    others = [kind for kind in row.pool_kinds if kind != pool_kind]
    row.pool_kinds = [*others, pool_kind] if belongs else others
    row.touch(uow.now)
    if belongs and row.status == NOMINATED:
        row.status = MOVES.take("admit", row.status).target or ACTIVE
        await service.tell(uow, row, "pool.cadre.entered.v1")
    else:
        await service.tell(uow, row, "pool.cadre.changed.v1")


async def release(uow: Uow, cadre_id: UUID, *, has_belonged: bool, urgent: bool) -> None:
    """Let go of a cadre whose last place in a pool has ended.

    Args:
        uow: The present unit of work.
        cadre_id: Who.
        has_belonged: Not only a nomination ended: a cadre who has one place by right is not touched by a refused one.
        urgent: Also while lent: then suspended until the posting is recalled.

    Raises:
        CadreIsLent: recall or end the posting first.
    """
    row = await _locked(uow, cadre_id)
    if row.status == EXITED or (not has_belonged and row.status != NOMINATED):
        return
    if row.status != NOMINATED and await bookings.is_taken_from(uow, cadre_id, uow.clock.today()):
        if not urgent:
            raise CadreIsLent
        if row.status != SUSPENDED:
            row.status = SUSPENDED
            row.touch(uow.now)
            await service.tell(uow, row, "pool.cadre.suspended.v1")
        return
    was_nominated = row.status == NOMINATED
    row.status = EXITED
    row.touch(uow.now)
    await service.forget_account(uow, row)
    if not was_nominated:
        await service.tell(uow, row, "pool.cadre.exited.v1")


async def rehome(uow: Uow, home_unit: str, into: str) -> None:
    """Let the cadres of a unit that was merged be at home in the other; raises ``CadreExists`` for one held twice."""
    for row in await repository.list_present_of(uow.session, home_unit):
        row.home_unit = into
        await service.refuse_twin(uow, row)
        row.touch(uow.now)
        await repository.flush(uow.session)
        await service.tell(uow, row, "pool.cadre.changed.v1")
        await uow.audit("rehome_cadre", "cadre", row.id)


async def count_present(uow: Uow, home_unit: str) -> int:
    """How many cadres at home in a unit have not left."""
    return await repository.count_present(uow.session, home_unit)


async def _locked(uow: Uow, cadre_id: UUID) -> CadreRow:
    row = await repository.find_cadre(uow.session, cadre_id, lock=True)
    if row is None:
        raise NotFound
    return row
