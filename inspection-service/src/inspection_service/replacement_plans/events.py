"""Events of replacement plans."""

from chassis.uow import Uow
from contracts.inspection import ReplacementPlanDrawnUp

from inspection_service.replacement_plans.models import ReplacementPlan
from inspection_service.teams.models import Team


async def emit_plan(uow: Uow, plan: ReplacementPlan, team: Team) -> None:
    """Say that a plan waits for a decision: how many options, never who."""
    event = ReplacementPlanDrawnUp(
        replacement_plan_id=plan.id,
        team_id=team.id,
        office_unit=team.office_unit,
        cause=plan.cause,
        options=len(plan.options),
    )
    await uow.emit(event, aggregate_id=plan.id, version=plan.version, commission=team.commission)
