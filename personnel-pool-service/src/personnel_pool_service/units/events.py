"""What the others learn about units: the whole row."""

from contracts.pool import UnitUpserted

from personnel_pool_service.units.domain import UnitDraft


def unit_upserted(unit: UnitDraft, version: int) -> UnitUpserted:
    """The event of a unit's present state."""
    return UnitUpserted.model_validate({**unit.values(), "version": version})
