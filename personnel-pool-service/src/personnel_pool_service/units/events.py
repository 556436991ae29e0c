"""What the others learn about units: the whole row."""

from contracts.pool import UnitUpserted

from personnel_pool_service.units.models import UnitRow, unit_document


def unit_upserted(row: UnitRow) -> UnitUpserted:
    """The event of a unit's present state; its names of the past are aliases to those who match."""
    return UnitUpserted.model_validate(unit_document(row))
