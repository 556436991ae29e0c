"""Use cases of cooperation zones: bodies that fixedly help each other."""

from collections.abc import Sequence

from chassis.directory import UnitTree
from chassis.errors import NotFound
from chassis.uow import Uow

from inspection_service.cooperation_zones import repository
from inspection_service.cooperation_zones.errors import UnitInAnotherZone
from inspection_service.cooperation_zones.models import CooperationZone
from inspection_service.cooperation_zones.schemas import PutZoneIn


async def put_zone(uow: Uow, tree: UnitTree, code: str, body: PutZoneIn) -> tuple[CooperationZone, bool]:
    """Make or change a zone; answers it and whether it is new.

    Raises UnitInAnotherZone, and NotFound for a zone outside the caller's line.
    """
    await repository.lock_zones(uow.session)
    line = _line_of(uow, tree)
    present = await repository.find_zone(uow.session, code)
    if any(line.isdisjoint(units) for units in (body.unit_codes, *([present.unit_codes] if present else ()))):
        raise NotFound
    others = [zone for zone in await repository.list_zones(uow.session, body.unit_codes) if zone.code != code]
    taken = {unit for zone in others if zone.is_active for unit in zone.unit_codes} & set(body.unit_codes)
    if body.is_active and taken:
        raise UnitInAnotherZone(members={"units": sorted(taken)})
    zone = await repository.find_zone(uow.session, code)
    is_new = zone is None
    if zone is None:
        zone = CooperationZone(code=code, version=0)
        uow.session.add(zone)
    zone.name, zone.lead_unit, zone.unit_codes = body.name, body.lead_unit, body.unit_codes
    zone.is_active, zone.set_by, zone.set_at = body.is_active, uow.actor.acting_for or uow.actor.sub, uow.now
    zone.version += 1
    await uow.session.flush()
    await uow.audit("put", "cooperation_zone", code, detail={"units": len(body.unit_codes)})
    return zone, is_new


async def get_zone(uow: Uow, tree: UnitTree, code: str) -> CooperationZone:
    """A zone the caller's line belongs to; raises NotFound."""
    zone = await repository.find_zone(uow.session, code)
    if zone is None or zone not in await list_zones(uow, tree):
        raise NotFound
    return zone


async def list_zones(uow: Uow, tree: UnitTree) -> Sequence[CooperationZone]:
    """Zones with a unit of the caller's line: at, above or below the caller's unit, or in its commission."""
    return await repository.list_zones(uow.session, None if uow.actor.is_service else _line_of(uow, tree))


def _line_of(uow: Uow, tree: UnitTree) -> set[str]:
    """The caller's unit, all above and below it, and what lies below the commission or committee it serves."""
    unit = tree.find(uow.actor.unit)
    if unit is None:
        return set()
    tops = {unit.code, *({unit.parent_code} if unit.unit_type == "inspection_office" and unit.parent_code else ())}
    below = {other.code for other in tree if any(tree.is_within(other.code, top) for top in tops)}
    return {*tree.superiors(unit.code), *below}


async def units_of_zone(uow: Uow, tree: UnitTree, code: str) -> list[str]:
    """The units of an active zone; raises NotFound."""
    zone = await get_zone(uow, tree, code)
    if not zone.is_active:
        raise NotFound
    return list(zone.unit_codes)
