"""Who meets which rectification items: the office that ran the round, the unit its own, who watches the unit daily."""

from chassis.directory import UnitTree

from inspection_service.involvements.policy import Viewer
from inspection_service.rectifications.domain import Side


def watched_units(viewer: Viewer, tree: UnitTree) -> frozenset[str]:
    """The units the caller's own unit watches daily: as linked supervision office, or as resident group."""
    unit = tree.find(viewer.works_at)
    if unit is None:
        return frozenset()
    if unit.unit_type == "dispatched_group":
        return frozenset(other.code for host in unit.host_units for other in tree if tree.is_within(other.code, host))
    if unit.unit_type == "supervision_office":
        return frozenset(other.code for other in tree if tree.linked_office(other.code) == unit.code)
    return frozenset()


def side_of(
    viewer: Viewer, watched: frozenset[str], *, unit_code: str, office: str, commission: str, is_member: bool
) -> Side | None:
    """How the caller stands to an item; None: not at all. Who inspects sees from the office's side."""
    if is_member or viewer.oversees(office, commission):
        return Side.OFFICE
    if viewer.works_at == unit_code:
        return Side.UNIT
    return Side.WATCHER if unit_code in watched else None
