"""The telephone line by which one commission reaches another."""

from chassis.directory import UnitTree


def contact_of(tree: UnitTree, commission: str) -> str | None:
    """The office line of a commission: its own, else its case management office's."""
    found = tree.find(commission)
    if found is not None and found.contact:
        return found.contact
    offices = sorted(
        unit.contact
        for unit in tree
        if unit.unit_type == "case_management_office" and unit.parent_code == commission and unit.contact
    )
    return offices[0] if offices else None
