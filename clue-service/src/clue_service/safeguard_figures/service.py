"""Figures of interference and protection of the caller's commission, as of a day that is over."""

from datetime import date

from chassis.uow import Uow

from clue_service.access.policy import Viewer
from clue_service.safeguard_figures import repository
from clue_service.safeguard_figures.domain import document_of
from clue_service.safeguard_figures.schemas import SafeguardFiguresOut
from clue_service.statistics.service import end_of_day, scope_of


async def safeguard_figures(
    uow: Uow, viewer: Viewer, first: date, last: date, as_of: date | None
) -> SafeguardFiguresOut:
    """What was recorded and decided; told again for the same day it is the same. Raises as ``scope_of``."""
    scope = scope_of(uow, viewer, first, last, as_of)
    until, zone = end_of_day(uow, scope.as_of), str(uow.clock.zone)
    counts = await repository.count_safeguards(uow.session, scope, zone, until=until, without=viewer.sub)
    await uow.audit("count", "safeguard_figures", scope.commission, detail={"as_of": scope.as_of.isoformat()})
    return SafeguardFiguresOut.model_validate(document_of(scope, counts))
