"""Gathering who may not share a team: relatives are opened here, and only pairs of ids leave."""

from uuid import UUID

from chassis.directory import UnitTree
from chassis.keyring import KeyRing
from chassis.uow import Uow

from personnel_pool_service.cadres.sealing import cadre_facts, open_relatives
from personnel_pool_service.cadres.views import ids_in_pool
from personnel_pool_service.team_separations.domain import Named, separations

_AT_ONCE = 2_000
"""How many people are opened at a time."""


async def list_separations(uow: Uow, keys: KeyRing, tree: UnitTree) -> list[tuple[UUID, UUID]]:
    """Pairs of pool members who may not share a team. Counted in the audit log, not listed."""
    ids = await ids_in_pool(uow)
    people: list[Named] = []
    for start in range(0, len(ids), _AT_ONCE):
        people += await _named(uow, keys, ids[start : start + _AT_ONCE])
    found = separations(people, tree)
    await uow.audit("list_separations", "recusal", "pool", detail={"cadres": len(people), "pairs": len(found)})
    return found


async def _named(uow: Uow, keys: KeyRing, ids: list[UUID]) -> list[Named]:
    relatives = await open_relatives(uow, keys, ids)
    return [
        Named(
            one.cadre_id,
            one.name,
            frozenset({one.home_unit, *(post.unit_code for post in one.posts if post.last is None)}),
            tuple((kin.name, kin.unit_code) for kin in relatives.get(one.cadre_id, ()) if kin.name),
        )
        for one in (await cadre_facts(uow, ids)).values()
    ]
