"""Carrying a replacement plan out: the exchange at the talent pool, and what is written of it. Safe to repeat."""

from uuid import UUID

from chassis.errors import NotFound
from chassis.uow import Uow

from inspection_service.clients.errors import PeerRefused
from inspection_service.clients.pool import PoolClient, SeatChange, Secondment
from inspection_service.replacement_plans import repository, service
from inspection_service.replacement_plans.domain import PlanState
from inspection_service.replacement_plans.models import ReplacementPlan
from inspection_service.teams import seats as seats_of_teams
from inspection_service.teams import service as teams
from inspection_service.teams.authorisations import amend_authorisation
from inspection_service.teams.events import emit_team
from inspection_service.teams.models import Team, TeamMember

MEMBER_REPLACED = "inspection.team.member_replaced.v1"


def changes_of(plan: ReplacementPlan) -> list[SeatChange]:
    """Who leaves and who comes, of the option taken."""
    option = next(one for one in plan.options if one["rank"] == plan.chosen)
    return [
        SeatChange(UUID(change["out"]) if change["out"] else None, UUID(change["cadre_id"]), change["role"])
        for change in option["changes"]
    ]


async def exchange_seats(pool: PoolClient, plan: ReplacementPlan, team: Team) -> Secondment:
    """Let the pool exchange the seats. Raises PeerFailed (try again) and PeerRefused (the pool says no)."""
    changes, who = changes_of(plan), plan.carried_out_by or plan.created_by
    leaving = [change.out for change in changes if change.out is not None]
    if leaving:
        await pool.free_seats(team.secondment_id, leaving, key=str(plan.id), acting_for=who)
    return await pool.fill_seats(team.secondment_id, changes, key=str(plan.id), acting_for=who)


async def settle_exchange(
    uow: Uow, plan_id: UUID, told: Secondment | None, refusal: PeerRefused | None
) -> ReplacementPlan:
    """Write the new members, or that the pool refused: those who left are gone either way."""
    seen = await repository.find_plan(uow.session, plan_id)
    if seen is None:
        raise NotFound
    team = await repository.lock_team(uow.session, seen.team_id)
    plan = await repository.lock_plan(uow.session, plan_id)
    assert plan is not None
    assert team is not None
    if plan.state != PlanState.CARRYING_OUT:
        return plan
    if told is None:
        plan.refusal_code = refusal.code if refusal is not None else None
        await service.move_plan(uow, plan, PlanState.REFUSED)
        return plan
    await _seat_newcomers(uow, plan, team, told)
    if plan.authorised_by is not None and plan.authorised_at is not None and plan.authorised_option == plan.chosen:
        exchanged = {change.out: change.incoming for change in changes_of(plan) if change.out is not None}
        await amend_authorisation(uow, team, exchanged, plan.authorised_by, plan.authorised_at)
    team.version += 1
    await service.move_plan(uow, plan, PlanState.CARRIED_OUT)
    await seats_of_teams.follow_secondment(uow, team.id, told)
    await emit_team(uow, MEMBER_REPLACED, team, await teams.members_to_name(uow, team))
    return plan


async def _seat_newcomers(uow: Uow, plan: ReplacementPlan, team: Team, told: Secondment) -> None:
    members = {m.cadre_id: m for m in await repository.list_members(uow.session, team.id)}
    option = next(one for one in plan.options if one["rank"] == plan.chosen)
    seats = {seat.cadre_id: seat for seat in told.members}
    place = max((member.position for member in members.values()), default=-1)
    for change in changes_of(plan):
        incoming, before = change.incoming, members[change.out] if change.out is not None else None
        place += before is None
        uow.session.add(
            TeamMember(
                team_id=team.id,
                cadre_id=incoming,
                role=change.role,
                home_unit=seats[incoming].home_unit if incoming in seats else None,
                seat_state=seats[incoming].state if incoming in seats else told.state,
                reasons=list(option["reasons"].get(str(incoming), [])),
                position=place if before is None else before.position,
                answer_due_at=seats_of_teams.answer_due_at(uow),
            )
        )
        if before is not None:
            await repository.remove_member(uow.session, team, before.cadre_id)
    await uow.session.flush()
    await seats_of_teams.admit(uow, team, [change.incoming for change in changes_of(plan)])
