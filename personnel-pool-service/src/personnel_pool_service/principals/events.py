"""What the others learn about principals: no name, no contact."""

from contracts.pool import PrincipalUpserted

from personnel_pool_service.principals.models import PrincipalRow


def principal_upserted(row: PrincipalRow) -> PrincipalUpserted:
    """The event of a principal's present state."""
    return PrincipalUpserted(
        sub=row.sub,
        unit=row.unit,
        roles=tuple(row.roles),
        clearance=row.clearance,
        cadre_id=row.cadre_id,
        version=row.version,
    )
