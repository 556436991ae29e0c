"""Who may see a clue, and why: pure decisions.

The list filters of clues/repository.py and the policies of row-level security say the same in SQL.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from chassis.directory import UnitTree
from chassis.identity import CLEARANCES, Principal

LEADERS = frozenset({"leader", "principal_leader", "deputy_leader"})
OFFICE_ROLES = frozenset({"intake_officer", "case_supervisor"})
UNIT_ROLES = LEADERS | OFFICE_ROLES
"""Roles that see whatever their unit handles; a ``handler`` sees it unless members were named without them."""
_LIBRARY_ROLES = UNIT_ROLES | {"handler", "inspection_office", "inspector"}
_OFFICE_TYPES = frozenset({"cdi", "case_management_office", "petition_office"})
BEFORE_APPROVALS = frozenset({"registered", "retained_as_repeat"})
"""States in which nothing is for a leader of the commission to approve."""


@dataclass(frozen=True)
class Viewer:
    """A caller and how far the caller's unit reaches."""

    sub: str
    roles: frozenset[str] = frozenset()
    unit: str | None = None
    commission: str | None = None
    service: str | None = None
    """The calling service's own subject, where the caller is a service."""
    office_of: str | None = None
    """The commission whose clues the caller sees all of, sitting in its office for them."""
    leads: str | None = None
    """The commission the caller is a leader of."""
    units: frozenset[str] = frozenset()
    """The caller's unit and what it belongs to below the commission: what these handle, the unit handles."""
    cleared_for: frozenset[str] = frozenset({"internal"})

    def has_any(self, *roles: str) -> bool:
        """Whether the caller holds at least one of the roles."""
        return not self.roles.isdisjoint(roles)


class ClueFacts(Protocol):
    """What the decision needs to know of a clue."""

    @property
    def commission(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def secrecy_level(self) -> str: ...
    @property
    def registered_by(self) -> str: ...
    @property
    def registered_via(self) -> str | None: ...
    @property
    def lead_unit(self) -> str | None: ...
    @property
    def co_units(self) -> Collection[str]: ...
    @property
    def members(self) -> Collection[str]: ...
    @property
    def approvers(self) -> Collection[str]: ...
    @property
    def recused(self) -> Collection[str]: ...


class Access(StrEnum):
    """Why a clue is visible."""

    REGISTRAR = "registrar"
    SENDING_SERVICE = "sending_service"
    OFFICE = "office_of_the_commission"
    LEADER = "leader_of_the_commission"
    UNIT = "handling_unit"
    HANDLER = "handling_member"
    APPROVER = "approver"


def viewer_of(principal: Principal, tree: UnitTree) -> Viewer:
    """What the caller's unit and roles reach. A unit the directory does not know reaches nothing."""
    unit = principal.unit if principal.unit in tree else None
    commission = tree.commission(unit) if unit else None
    found = tree.find(unit)
    in_office = found is not None and (found.unit_type in _OFFICE_TYPES or unit == commission)
    return Viewer(
        sub=principal.acting_for or principal.sub,
        roles=principal.roles,
        unit=unit,
        commission=commission,
        service=principal.sub if principal.is_service else None,
        office_of=commission if in_office and principal.has_any(*OFFICE_ROLES) else None,
        leads=commission if unit == commission and principal.has_any(*LEADERS) else None,
        units=frozenset(_line(tree, unit, commission)) if unit else frozenset(),
        cleared_for=frozenset(CLEARANCES[: CLEARANCES.index(principal.clearance) + 1]),
    )


def uses_library(viewer: Viewer) -> bool:
    """Whether the viewer uses the information library at all: who works for a unit of a commission."""
    return viewer.service is None and viewer.commission is not None and viewer.has_any(*_LIBRARY_ROLES)


def _line(tree: UnitTree, unit: str, commission: str | None) -> list[str]:
    # What the commission itself leads is its leaders' and not every office's below it.
    line = tree.superiors(unit)
    return [unit, *line[1 : line.index(commission)]] if commission in line[1:] else [unit]


def access_to(viewer: Viewer, clue: ClueFacts) -> Access | None:
    """Why the viewer may see the clue, or None: deny by default."""
    return next(reasons_to_see(viewer, clue), None)


def reasons_to_see(viewer: Viewer, clue: ClueFacts) -> Iterator[Access]:
    """Every reason for which the viewer may see the clue; none: the viewer may not."""
    if viewer.service is not None:
        if viewer.service == clue.registered_via:
            yield Access.SENDING_SERVICE
        return
    if viewer.sub in clue.recused:
        return  # whoever is recused meets the clue nowhere, not even who took it in
    if viewer.sub == clue.registered_by:
        yield Access.REGISTRAR  # also above the clearance: whoever took it in knows it
    if clue.secrecy_level not in viewer.cleared_for:
        return
    if viewer.office_of is not None and viewer.office_of == clue.commission:
        yield Access.OFFICE
    if viewer.leads is not None and viewer.leads == clue.commission and clue.status not in BEFORE_APPROVALS:
        yield Access.LEADER
    if viewer.sub in clue.approvers:
        yield Access.APPROVER
    if (handling := _access_by_handling(viewer, clue)) is not None:
        yield handling


def _access_by_handling(viewer: Viewer, clue: ClueFacts) -> Access | None:
    if viewer.units.isdisjoint({clue.lead_unit, *clue.co_units}):
        return None
    if viewer.has_any(*UNIT_ROLES):
        return Access.UNIT
    if viewer.has_any("handler") and (not clue.members or viewer.sub in clue.members):
        return Access.HANDLER
    return None
