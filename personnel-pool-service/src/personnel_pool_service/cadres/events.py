"""What the others learn about cadres: ids and codes."""

from contracts.pool import CadreEntered, CadreExited

from personnel_pool_service.cadres.models import CadreRow


def cadre_entered(row: CadreRow) -> CadreEntered:
    """The event of a cadre who became active."""
    return CadreEntered(cadre_id=row.id, home_unit=row.home_unit, state=row.status, pool_kinds=tuple(row.pool_kinds))


def cadre_exited(row: CadreRow) -> CadreExited:
    """The event of a cadre who left; why stays here."""
    return CadreExited(cadre_id=row.id, home_unit=row.home_unit, state=row.status, pool_kinds=tuple(row.pool_kinds))
