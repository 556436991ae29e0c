"""Use cases of statistics: a round, a unit or a period in figures, as of any day."""

from datetime import date

from chassis.errors import NotFound
from chassis.uow import Uow

from inspection_service.involvements.policy import Viewer
from inspection_service.rounds.domain import end_of_day
from inspection_service.statistics import domain, repository
from inspection_service.statistics.domain import Scope
from inspection_service.statistics.schemas import StatisticsOut
from inspection_service.steps.service import states_at


async def count(uow: Uow, viewer: Viewer, scope: Scope, as_of: date | None) -> StatisticsOut:
    """The figures of a scope at the end of a day. Raises NotFound for a round the viewer may not meet."""
    day = as_of or uow.clock.today()
    instant = end_of_day(day, uow.clock.zone)
    rows = await repository.list_targets_in_scope(uow.session, viewer, scope)
    if scope.round_id is not None and not rows:
        raise NotFound
    rounds = {found.id: found for found, _ in rows}
    reached = await states_at(uow, "round", list(rounds), instant)
    # A record of the past has no journal: it is closed from the day it says.
    states = {
        key: reached[key][0] if key in reached else "closed"
        for key, found in rounds.items()
        if key in reached or (found.closed_on is not None and found.closed_on <= day)
    }
    targets = {(found.id, unit) for found, unit in rows if found.id in states}
    items = await repository.list_items_of(uow.session, targets)
    held = await states_at(uow, "rectification", [item.id for item in items], instant)
    figures = domain.count(
        [(rounds[key], state) for key, state in states.items()],
        len({unit for _, unit in targets}),
        await repository.list_findings_of(uow.session, targets),
        [(item, held[item.id][0], uow.clock.civil_date(held[item.id][1])) for item in items if item.id in held],
        instant,
        day,
    )
    return StatisticsOut(
        as_of=day,
        round_id=scope.round_id,
        round_title=rounds[scope.round_id].title if scope.round_id is not None else None,
        unit_code=scope.unit_code,
        starts_from=scope.starts_from,
        starts_to=scope.starts_to,
        figures=domain.as_document(figures),
    )
