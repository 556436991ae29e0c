"""Whose seats a caller sees and decides."""

from dataclasses import dataclass

from chassis.directory import UnitTree
from chassis.errors import RoleRequired
from chassis.identity import Principal

from personnel_pool_service.cadres.policy import READ_ALL, READ_OWN, reads_all, units_below
from personnel_pool_service.secondments.domain import APPROVERS, LENDERS


@dataclass(frozen=True)
class Reach:
    """What a caller may do here."""

    sees: frozenset[str] | None
    """Home units whose seats the caller sees; None is all."""
    decides: frozenset[str]
    """Home units the caller speaks for."""
    lends: bool
    """Whether the caller disposes of all seats, whatever their home unit."""


def reach_of(caller: Principal, tree: UnitTree) -> Reach:
    """What a caller may see and decide.

    Raises:
        RoleRequired: nothing at all.
    """
    own = units_below(caller, tree) if caller.has_any(*APPROVERS) else frozenset()
    if not own and not caller.has_any(*READ_ALL, *READ_OWN):
        raise RoleRequired(members={"roles": sorted(READ_ALL | READ_OWN)})
    sees = None if reads_all(caller, tree) else own
    return Reach(sees=sees, decides=own, lends=caller.has_any(*LENDERS))
