"""Drawing up replacements, and carrying on an exchange whose request ended before it did."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from chassis.errors import MoveRefused
from chassis.identity import SYSTEM
from chassis.service import Resources

from inspection_service.assembly.questions import Replacements
from inspection_service.assembly_runs.gathering import gather_problem
from inspection_service.clients.errors import PeerRefused
from inspection_service.replacement_plans import exchanges, service
from inspection_service.replacement_plans.domain import AFTERTHOUGHTS, PlanState
from inspection_service.replacement_plans.models import ReplacementPlan
from inspection_service.replacement_plans.service import Vacancy
from inspection_service.resources import own_of
from inspection_service.teams import service as teams

TIME_LIMIT_S = 8.0
"""Seconds the engine may look for more than one seat to change; one seat takes well under one."""


async def find_replacements(resources: Resources, vacancy: Vacancy, out: Sequence[UUID], most: int) -> Replacements:
    """Ask the engine on fresh data. Members are in the pool's books for this very team: to it they are free."""
    no_wishes: dict[str, Any] = {"pins": [], "bans": [], "weights": {}}
    problem = await gather_problem(
        resources,
        vacancy.plan,
        vacancy.past,
        vacancy.versions,
        no_wishes,
        salt=str(vacancy.team.id),
        since=vacancy.since,
    )
    own = {str(member.cadre_id) for member in vacancy.members}
    caps = dict(problem.unit_caps)
    for member in vacancy.members:
        if member.home_unit in caps and member.seat_state in ("requested", "approved", "active"):
            caps[member.home_unit] += 1
    candidates = tuple(
        c.model_copy(update={"available": True}) if c.cadre_id in own else c
        for c in problem.candidates
        if c.cadre_id not in vacancy.left
    )
    problem = problem.model_copy(update={"candidates": candidates, "unit_caps": caps})
    solver = own_of(resources).explainer
    return await solver.find_replacements(problem, vacancy.question(out, most), time_limit=TIME_LIMIT_S)


async def propose_replacement(resources: Resources, payload: Mapping[str, Any]) -> None:
    """A home unit refused, recalled or did not answer, or a member must go: draw up who could be asked instead."""
    team_id, out = UUID(payload["team_id"]), [UUID(one) for one in payload["cadre_ids"]]
    async with resources.transactions(SYSTEM) as uow:
        team = next(iter(await teams.teams_by_id(uow, [team_id])), None)
        if team is None:
            return
        there = set(await teams.member_ids(uow, team_id))
        still = [cadre_id for cadre_id in out if cadre_id in there]
        if payload.get("cause") in AFTERTHOUGHTS:
            still = await service.without_plan(uow, team_id, still)
        if not still:
            return
        try:
            vacancy = await service.vacancy_of(uow, team, still)
        except MoveRefused:
            return  # the team is over; nobody is wanted any more
    found = await find_replacements(resources, vacancy, still, most=10)
    async with resources.transactions(SYSTEM) as uow:
        await service.store_plan(uow, team, still, payload.get("cause", "home_unit_refused"), found)


async def carry_on_replacement(resources: Resources, payload: Mapping[str, Any]) -> None:
    """Bring an exchange to its end; raises PeerFailed while the pool does not answer."""
    await carry_out(resources, UUID(payload["plan_id"]))


async def carry_out(resources: Resources, plan_id: UUID) -> ReplacementPlan | None:
    """Exchange the seats at the pool and write what came of it. Safe to repeat."""
    async with resources.transactions(SYSTEM) as uow:
        found = await service.find_plan(uow, plan_id)
    if found is None or found[0].state != PlanState.CARRYING_OUT:
        return None if found is None else found[0]
    plan, team = found
    told, refusal = None, None
    try:
        told = await exchanges.exchange_seats(own_of(resources).pool, plan, team)
    except PeerRefused as error:
        refusal = error
    async with resources.transactions(SYSTEM) as uow:
        return await exchanges.settle_exchange(uow, plan_id, told, refusal)


JOBS = {"propose-replacement": propose_replacement, "carry-on-replacement": carry_on_replacement}
