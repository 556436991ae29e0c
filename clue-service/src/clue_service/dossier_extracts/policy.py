"""How deep an inspection may look: lines within its area and clearance, counts otherwise, silent clues not at all."""

from chassis.directory import UnitTree
from chassis.identity import Principal

INSPECTORS = frozenset({"inspection_office", "inspector"})
ASKERS = frozenset({"svc:inspection-service"})


def may_ask(asker: Principal) -> bool:
    """Only inspection-service, and only for somebody."""
    return asker.is_service and asker.sub in ASKERS and asker.acting_for is not None


def open_commissions(reader: Principal | None, tree: UnitTree, unit_code: str) -> frozenset[str]:
    """The commissions whose ledger lines the reader may see: those of the area the reader's office inspects.

    A reader without an inspecting role, or from an office that does not stand over the unit, sees counts only.
    """
    if reader is None or not reader.has_any(*INSPECTORS):
        return frozenset()
    office = next((code for code in tree.superiors(reader.unit or "") if _is_office(tree, code)), None)
    unit = tree.find(office)
    area = unit.parent_code if unit else None
    if area is None or not tree.is_within(unit_code, area):
        return frozenset()
    below = {other.code for other in tree if other.unit_type == "cdi" and tree.is_within(other.code, area)}
    watching = tree.linked_office(unit_code)
    return frozenset(below | ({tree.commission(watching)} if watching else set()))


def _is_office(tree: UnitTree, code: str) -> bool:
    unit = tree.find(code)
    return unit is not None and unit.unit_type == "inspection_office"
