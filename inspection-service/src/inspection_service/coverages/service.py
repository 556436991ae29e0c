"""Use cases of coverage: who was inspected when, who is overdue, and how often a unit is to be inspected."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from chassis.directory import UnitTree
from chassis.errors import NotFound
from chassis.uow import Uow

from inspection_service.coverages import domain, repository
from inspection_service.coverages.domain import Coverage, CoverageStatus, Inspection
from inspection_service.coverages.models import CoveragePlan
from inspection_service.coverages.schemas import PutCoveragePlanIn
from inspection_service.involvements.policy import Viewer
from inspection_service.rounds.models import Round
from inspection_service.settings import inspection_settings
from inspection_service.steps.service import states_at

_ROUND = "round"


@dataclass(frozen=True)
class CoverageView:
    """All units of a caller on one day, by code."""

    as_of: date
    units: list[Coverage]

    @property
    def counts(self) -> dict[str, int]:
        """How many units stand how; every status is named."""
        found = Counter(one.status for one in self.units)
        return {str(status): found[status] for status in CoverageStatus}


async def cover(uow: Uow, viewer: Viewer, tree: UnitTree, as_of: date | None) -> CoverageView:
    """How the caller's units stood on a day; the same day gives the same answer whenever it is asked."""
    day = as_of or uow.clock.today()
    codes = [unit.code for unit in domain.units_to_cover(viewer, tree)]
    settings = inspection_settings()
    plans = await repository.list_plans(uow.session, codes)
    rounds = await repository.list_rounds_on(uow.session, viewer, codes)
    end = datetime.combine(day + timedelta(days=1), time(), tzinfo=uow.clock.zone)
    states = await states_at(uow, _ROUND, [found.id for found, _ in rounds], end - timedelta(microseconds=1))
    by_unit: dict[str, list[Inspection]] = defaultdict(list)
    for found, unit_code in rounds:
        state = _state_on(found, day, states[found.id][0] if found.id in states else None)
        if state is not None:
            closed_on = found.closed_on if state == "closed" else None
            by_unit[unit_code].append(Inspection(found.id, unit_code, found.type, state, closed_on))
    units = [
        domain.coverage_of(
            code,
            by_unit[code],
            interval_months=plans[code].interval_months if code in plans else settings.coverage_interval_months,
            first_due_on=plans[code].first_due_on if code in plans else None,
            day=day,
            warning_days=settings.coverage_warning_days,
        )
        for code in codes
    ]
    return CoverageView(day, units)


def _state_on(found: Round, day: date, journal: str | None) -> str | None:
    """The state of a round on a day; a record of the past has no journal, so its dates tell."""
    if journal is not None:
        return journal
    if found.closed_on is not None and found.closed_on <= day:
        return "closed"
    return None if found.is_past or found.starts_on > day else found.state


async def put_plan(uow: Uow, viewer: Viewer, tree: UnitTree, unit_code: str, body: PutCoveragePlanIn) -> CoveragePlan:
    """Set how often a unit is to be inspected. Raises NotFound for a unit that is not the caller's to cover."""
    if unit_code not in {unit.code for unit in domain.units_to_cover(viewer, tree)}:
        raise NotFound
    plan = await repository.lock_plan(uow.session, unit_code)
    if plan is None:
        plan = CoveragePlan(unit_code=unit_code, version=0)
        uow.session.add(plan)
    plan.interval_months, plan.first_due_on = body.interval_months, body.first_due_on
    plan.set_by, plan.set_at = uow.actor.acting_for or uow.actor.sub, uow.now
    plan.version += 1
    await uow.session.flush()
    await uow.audit("put", "coverage_plan", unit_code, detail={"interval_months": body.interval_months})
    return plan


async def get_plan(uow: Uow, viewer: Viewer, tree: UnitTree, unit_code: str) -> CoveragePlan:
    """A unit's own interval; raises NotFound where there is none, or the unit is not the caller's to cover."""
    if unit_code not in {unit.code for unit in domain.units_to_cover(viewer, tree)}:
        raise NotFound
    plans = await repository.list_plans(uow.session, [unit_code])
    if unit_code not in plans:
        raise NotFound
    return plans[unit_code]
