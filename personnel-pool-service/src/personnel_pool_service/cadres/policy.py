"""Who may read which cadres."""

from chassis.directory import UnitTree
from chassis.errors import RoleRequired
from chassis.identity import Principal

READ_ALL = frozenset({"pool_manager", "inspection_office", "org_department", "service"})
READ_OWN = frozenset({"home_unit_approver", "leader", "principal_leader", "deputy_leader"})


def readable_homes(caller: Principal, tree: UnitTree) -> frozenset[str] | None:
    """The home units whose people the caller may read; None means all.

    Raises:
        RoleRequired: the caller may read nobody.
    """
    if reads_all(caller, tree):
        return None
    if not caller.has_any(*READ_ALL, *READ_OWN):
        raise RoleRequired(members={"roles": sorted(READ_ALL | READ_OWN)})
    return units_below(caller, tree)


def reads_all(caller: Principal, tree: UnitTree) -> bool:
    """Whether the caller reads the whole pool; a token of a unit that is not in the directory reads nobody."""
    return caller.has_any(*READ_ALL) and (caller.unit is None or caller.unit in tree)


def units_below(caller: Principal, tree: UnitTree) -> frozenset[str]:
    """The caller's own unit and all units below it."""
    if caller.unit is None:
        return frozenset()
    return frozenset(unit.code for unit in tree if tree.is_within(unit.code, caller.unit)) | {caller.unit}
