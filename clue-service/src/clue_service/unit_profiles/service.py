"""The profile of one unit (政治生态画像): the caller's commission's figures about it, year by year."""

from datetime import date, timedelta

from chassis.directory import UnitTree
from chassis.errors import NotFound
from chassis.uow import Uow

from clue_service.access.policy import Viewer
from clue_service.statistics import service as statistics
from clue_service.statistics.schemas import figures_out
from clue_service.unit_profiles.schemas import UnitProfileOut

YEARS = 3


async def profile_of(uow: Uow, viewer: Viewer, tree: UnitTree, unit_code: str, as_of: date | None) -> UnitProfileOut:
    """Three years of figures about a unit. Raises NotFound, FiguresNotYours, FiguresDayNotOver, Invalid."""
    statistics.commission_of(viewer)
    if unit_code not in tree:
        raise NotFound
    day = as_of or uow.clock.today() - timedelta(days=1)
    units = statistics.units_within(tree, unit_code)
    years = []
    for year in range(day.year - YEARS + 1, day.year + 1):
        last = min(day, date(year, 12, 31))
        scope = statistics.scope_of(uow, viewer, date(year, 1, 1), last, day, units)
        years.append(figures_out(await statistics.figures_document(uow, scope, without=viewer.sub)))
    await uow.audit("read", "unit_profile", unit_code, detail={"as_of": day.isoformat()})
    return UnitProfileOut(unit_code=unit_code, as_of=day, years=years)
