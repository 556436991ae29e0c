"""Where a unit stands: above, below and beside."""

from dataclasses import dataclass

from chassis.directory import Unit, UnitTree
from chassis.errors import NotFound
from chassis.uow import Uow

from personnel_pool_service.units import repository
from personnel_pool_service.units.domain import ACTIVE


@dataclass(frozen=True)
class UnitRelations:
    """A unit's place in the tree and its side relations."""

    code: str
    superiors: list[str]
    commission: str
    linked_office: str | None
    dispatched_groups: list[str]
    cadre_authority: str | None
    in_charge: list[str]
    led_jointly_with: list[str]
    below: list[str]


async def relations_of(uow: Uow, code: str) -> UnitRelations:
    """A unit's place, read from the original and not from a copy; raises ``NotFound``."""
    rows = {row.code: row for row in await repository.list_all(uow.session)}
    if code not in rows:
        raise NotFound
    tree = UnitTree(
        Unit(
            code=row.code,
            name=row.name,
            unit_type=row.unit_type,
            parent_code=row.parent_code,
            linked_office=row.linked_office,
            host_units=tuple(row.host_units),
        )
        for row in rows.values()
    )
    chain, row = tree.superiors(code), rows[code]
    leaders = set(row.in_charge)
    active = [one for one in rows.values() if one.status == ACTIVE and one.code != code]
    return UnitRelations(
        code=code,
        superiors=chain[1:],
        commission=tree.commission(code),
        linked_office=tree.linked_office(code),
        dispatched_groups=[group for group in tree.dispatched_groups(code) if rows[group].status == ACTIVE],
        cadre_authority=next((found for above in chain if (found := rows[above].cadre_authority)), None),
        in_charge=row.in_charge,
        led_jointly_with=[one.code for one in active if not leaders.isdisjoint(one.in_charge)],
        below=[one.code for one in active if one.parent_code == code],
    )
