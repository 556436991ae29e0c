"""Whose rounds, teams and findings a caller may meet: pure decisions, from which the list filters are built."""

from dataclasses import dataclass
from uuid import UUID

from chassis.directory import UnitTree
from chassis.identity import Principal

OFFICE_ROLES = frozenset({"inspection_office"})
LEADER_ROLES = frozenset({"leader", "principal_leader", "deputy_leader"})
WORKER_ROLES = LEADER_ROLES | {"handler"}
"""Who speaks and acts for a unit: the same people who are told of what it owes."""


@dataclass(frozen=True)
class Viewer:
    """A caller and how far the caller's unit reaches. ``cadre_id`` links the person to teams and recusals."""

    sub: str
    roles: frozenset[str] = frozenset()
    unit: str | None = None
    cadre_id: UUID | None = None
    sees_everything: bool = False
    offices: frozenset[str] = frozenset()
    """Inspection offices whose rounds the caller sees whole."""
    commissions: frozenset[str] = frozenset()
    """Commissions competent for a target whose leaders see that target's rounds."""

    own_offices: frozenset[str] = frozenset()
    """The caller's own unit, for someone of an inspection office: it may take part in another office's round."""
    commission: str | None = None
    """The commission the caller's unit belongs to."""
    works_at: str | None = None
    """The caller's own unit, for a handler or leader there: it may be inspected, or watch over the one that is."""

    def oversees(self, office: str, commission: str) -> bool:
        """Whether the caller sees a matter without being on its team."""
        return self.sees_everything or office in self.offices or commission in self.commissions


def viewer_of(principal: Principal, tree: UnitTree, cadre_id: UUID | None) -> Viewer:
    """What a caller may meet: offices see their own and what lies below, leaders their line and their commission's."""
    unit = principal.unit if principal.unit in tree else None
    if principal.is_service:
        return Viewer(sub=principal.sub, roles=principal.roles, sees_everything=True)
    offices: set[str] = set()
    commissions: set[str] = set()
    if unit is not None:
        if principal.has_any(*OFFICE_ROLES):
            offices |= {*tree.superiors(unit), *_below(tree, unit)}
        if principal.has_any(*LEADER_ROLES):
            offices |= {*_below(tree, unit), *_offices_beside(tree, unit)}
            commission = tree.commission(unit)
            if _is_commission(tree, commission):  # where there is none, a unit must not see what is found about itself
                commissions.add(commission)
        if principal.has_any("inspector"):
            offices.add(unit)
    return Viewer(
        sub=principal.acting_for or principal.sub,
        roles=principal.roles,
        unit=unit,
        cadre_id=cadre_id,
        offices=frozenset(offices),
        commissions=frozenset(commissions),
        own_offices=frozenset({unit} if unit and principal.has_any(*OFFICE_ROLES) else ()),
        commission=tree.commission(unit) if unit else None,
        works_at=unit if principal.has_any(*WORKER_ROLES) else None,
    )


def competent_commission(tree: UnitTree, target: str, office: str) -> str:
    """The commission that gets the clues about a target.

    The commission of the supervision office linked to the target, since the target itself hangs under a Party
    committee; else the target's own; else the one beside or above the inspection office.
    """
    linked = tree.linked_office(target)
    for start in (linked, target, office):
        if start is not None and _is_commission(tree, tree.commission(start)):
            return tree.commission(start)
    beside = _commission_beside(tree, office)
    return beside if beside is not None else tree.commission(target)


def _below(tree: UnitTree, unit: str) -> set[str]:
    return {other.code for other in tree if tree.is_within(other.code, unit)}


def _offices_beside(tree: UnitTree, unit: str) -> set[str]:
    """Inspection offices under the Party committee to which the caller's commission belongs."""
    commission = tree.find(tree.commission(unit))
    if commission is None or commission.unit_type != "cdi" or commission.parent_code is None:
        return set()
    return {
        other.code
        for other in tree
        if other.unit_type == "inspection_office" and other.parent_code == commission.parent_code
    }


def _commission_beside(tree: UnitTree, office: str) -> str | None:
    found = tree.find(office)
    parent = found.parent_code if found else None
    beside = sorted(other.code for other in tree if other.unit_type == "cdi" and other.parent_code == parent)
    return beside[0] if parent is not None and beside else None


def _is_commission(tree: UnitTree, code: str) -> bool:
    unit = tree.find(code)
    return unit is not None and unit.unit_type == "cdi"
