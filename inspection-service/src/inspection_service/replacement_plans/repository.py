"""SQL of replacement plans."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from inspection_service.involvements.models import Involvement
from inspection_service.replacement_plans.models import ReplacementPlan
from inspection_service.teams.models import Team, TeamMember


async def find_plan(session: AsyncSession, plan_id: UUID) -> ReplacementPlan | None:
    """The plan."""
    return await session.get(ReplacementPlan, plan_id)


async def lock_plan(session: AsyncSession, plan_id: UUID) -> ReplacementPlan | None:
    """The plan, locked until the transaction ends and read anew."""
    query = select(ReplacementPlan).where(ReplacementPlan.id == plan_id).with_for_update()
    return await session.scalar(query.execution_options(populate_existing=True))


async def list_plans(session: AsyncSession, team_id: UUID) -> Sequence[ReplacementPlan]:
    """Plans of a team, newest first."""
    query = select(ReplacementPlan).where(ReplacementPlan.team_id == team_id).order_by(ReplacementPlan.id.desc())
    return (await session.scalars(query)).all()


async def list_dropped(session: AsyncSession, team_id: UUID) -> set[str]:
    """Everybody whom some plan of a team has replaced, or was to."""
    plans = await session.scalars(select(ReplacementPlan.out).where(ReplacementPlan.team_id == team_id))
    return {cadre_id for out in plans for cadre_id in out}


async def list_planned_out(session: AsyncSession, team_id: UUID) -> set[str]:
    """Everybody whom a plan that is open or being carried out is about."""
    query = select(ReplacementPlan.out).where(
        ReplacementPlan.team_id == team_id, ReplacementPlan.state.in_(("open", "carrying_out"))
    )
    return {cadre_id for out in await session.scalars(query) for cadre_id in out}


async def find_open_plan(session: AsyncSession, team_id: UUID, out: Sequence[str]) -> ReplacementPlan | None:
    """A plan about the same people that nobody has decided on yet."""
    query = select(ReplacementPlan).where(
        ReplacementPlan.team_id == team_id, ReplacementPlan.state == "open", ReplacementPlan.out == list(out)
    )
    return await session.scalar(query)


async def is_under_way(session: AsyncSession, team_id: UUID) -> bool:
    """Whether a replacement in the team is being carried out."""
    query = select(ReplacementPlan.id).where(
        ReplacementPlan.team_id == team_id, ReplacementPlan.state == "carrying_out"
    )
    return await session.scalar(query) is not None


async def lock_team(session: AsyncSession, team_id: UUID) -> Team | None:
    """The team, locked until the transaction ends and read anew."""
    query = select(Team).where(Team.id == team_id).with_for_update()
    return await session.scalar(query.execution_options(populate_existing=True))


async def list_members(session: AsyncSession, team_id: UUID) -> Sequence[TeamMember]:
    """The members of a team in their order."""
    query = select(TeamMember).where(TeamMember.team_id == team_id).order_by(TeamMember.position)
    return (await session.scalars(query)).all()


async def remove_member(session: AsyncSession, team: Team, cadre_id: UUID) -> None:
    """Take a seat from somebody, and the matter with it."""
    await session.execute(delete(TeamMember).where(TeamMember.team_id == team.id, TeamMember.cadre_id == cadre_id))
    await session.execute(
        update(Involvement)
        .where(
            Involvement.round_id == team.round_id,
            Involvement.unit_code == team.unit_code,
            Involvement.cadre_id == cadre_id,
        )
        .values(is_member=False)
    )
