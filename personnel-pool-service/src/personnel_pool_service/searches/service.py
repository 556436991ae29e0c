"""Candidates for seats: who there is, and for each rule whether it lets them come."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from chassis.directory import UnitTree
from chassis.uow import Uow

from personnel_pool_service.bookings import service as bookings
from personnel_pool_service.bookings.domain import NO_REST, Period
from personnel_pool_service.cadres import service as cadres
from personnel_pool_service.cadres.domain import Criteria
from personnel_pool_service.cadres.service import CadreView
from personnel_pool_service.lending_quotas.service import quotas_of
from personnel_pool_service.searches.domain import (
    Candidate,
    Room,
    RuleVerdict,
    about_demand,
    about_standing,
    about_time,
)
from personnel_pool_service.secondments.service import Limits


@dataclass(frozen=True)
class Found:
    """One page of candidates; ``criteria`` in the codes of the vocabulary."""

    views: Sequence[CadreView]
    more: bool
    criteria: Criteria


async def search(
    uow: Uow,
    criteria: Criteria,
    homes: frozenset[str] | None,
    *,
    after: UUID | None,
    limit: int,
) -> Found:
    """Candidates by id who meet the criteria and belong to ``homes`` (None: to any)."""
    criteria = await cadres.in_codes(uow, criteria)
    views, more = await cadres.list_cadres(uow, criteria, homes, after=after, limit=limit)
    return Found(views, more, criteria)


async def rules_of(uow: Uow, tree: UnitTree, limits: Limits, found: Found) -> Mapping[UUID, Sequence[RuleVerdict]]:
    """Cadre → what each rule of the pool says of them; recusals are another matter."""
    period = found.criteria.period
    rooms = await _rooms(uow, tree, limits, found.views, period) if period else {}
    return {view.row.id: _rules(view, found.criteria, rooms.get(view.row.id)) for view in found.views}


def _rules(view: CadreView, criteria: Criteria, room: Room | None) -> list[RuleVerdict]:
    row = view.row
    candidate = Candidate(row.id, row.home_unit, row.status, row.tag_codes, row.pool_kinds)
    found = [about_standing(candidate), *(about_demand(candidate, demand) for demand in criteria.demands)]
    if criteria.period is not None and room is not None:
        found += about_time(criteria.period, room)
    return found


async def _rooms(
    uow: Uow, tree: UnitTree, limits: Limits, views: Sequence[CadreView], period: Period
) -> dict[UUID, Room]:
    homes = {view.row.home_unit for view in views}
    quotas = await quotas_of(uow, tree, limits.share, homes)
    lent = await bookings.most_lent(uow, homes, period)
    taken = await bookings.taken_around(uow, [view.row.id for view in views], period, limits.rest)
    offices = {unit.code for unit in tree if unit.unit_type == "inspection_office"}
    return {
        view.row.id: Room(
            taken=tuple(taken.get(view.row.id, ())),
            home_can_lend=lent[view.row.home_unit] < quotas[view.row.home_unit],
            rest=NO_REST if view.row.home_unit in offices else limits.rest,
        )
        for view in views
    }
