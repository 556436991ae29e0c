"""What the others learn about cadres: ids and codes."""

from collections.abc import Mapping
from types import MappingProxyType

from contracts.pool import CadreChanged, CadreEntered, CadreEvent, CadreExited, CadreResumed, CadreSuspended

from personnel_pool_service.cadres.models import CadreRow

_BY_TYPE: Mapping[str, type[CadreEvent]] = MappingProxyType(
    {event.type: event for event in (CadreEntered, CadreExited, CadreSuspended, CadreResumed, CadreChanged)}
)


def cadre_event(event_type: str, row: CadreRow) -> CadreEvent:
    """The event of a cadre's new standing; why stays here."""
    facts = {"cadre_id": row.id, "home_unit": row.home_unit, "state": row.status, "pool_kinds": tuple(row.pool_kinds)}
    return _BY_TYPE[event_type].model_validate(facts)
