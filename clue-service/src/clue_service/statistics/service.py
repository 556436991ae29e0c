"""Figures of the caller's commission, as of a day that is over."""

from datetime import date, datetime, time, timedelta
from typing import Any

from chassis.directory import UnitTree
from chassis.errors import invalid_field
from chassis.uow import Uow

from clue_service.access.policy import Viewer
from clue_service.statistics import repository
from clue_service.statistics.domain import Scope, document_of
from clue_service.statistics.errors import FiguresDayNotOver, FiguresNotYours

MOST_DAYS = 3_700


def commission_of(viewer: Viewer) -> str:
    """The commission whose figures the viewer may read; raises FiguresNotYours."""
    commission = viewer.leads or viewer.office_of
    if commission is None:
        raise FiguresNotYours
    return commission


def scope_of(
    uow: Uow, viewer: Viewer, first: date, last: date, as_of: date | None, units: tuple[str, ...] | None = None
) -> Scope:
    """What the viewer asks for. Raises FiguresNotYours, FiguresDayNotOver, Invalid."""
    commission = commission_of(viewer)
    day = as_of or uow.clock.today() - timedelta(days=1)
    if day >= uow.clock.today():
        raise FiguresDayNotOver
    if first > last or (last - first).days > MOST_DAYS or first.year < 2000 or day.year < 2000:
        raise invalid_field("/period_to", "out_of_range", "期间不正确", "This is no period of up to ten years")
    return Scope(commission, tuple(sorted(viewer.cleared_for)), first, last, day, units)


def end_of_day(uow: Uow, day: date) -> datetime:
    """The instant at which a civil day is over."""
    return datetime.combine(day + timedelta(days=1), time(), uow.clock.zone)


async def figures_document(uow: Uow, scope: Scope, *, without: str | None, compares: bool = False) -> dict[str, Any]:
    """The figures of a scope; ``compares`` adds the period before and what grew since."""
    until, zone = end_of_day(uow, scope.as_of), str(uow.clock.zone)
    figures = await repository.count_figures(uow.session, scope, zone, until=until, without=without)
    earlier = (
        await repository.count_figures(uow.session, scope.before(), zone, until=until, without=without)
        if compares
        else None
    )
    return document_of(scope, figures, earlier)


async def statistics(uow: Uow, viewer: Viewer, first: date, last: date, as_of: date | None) -> dict[str, Any]:
    """Figures of the caller's commission; what the caller is recused from is not counted. Raises as ``scope_of``."""
    scope = scope_of(uow, viewer, first, last, as_of)
    document = await figures_document(uow, scope, without=viewer.sub)
    await uow.audit("count", "statistics", scope.commission, detail={"as_of": scope.as_of.isoformat()})
    return document


def units_within(tree: UnitTree, unit_code: str) -> tuple[str, ...]:
    """A unit and what lies below it."""
    return tuple(sorted({unit.code for unit in tree if tree.is_within(unit.code, unit_code)} | {unit_code}))
