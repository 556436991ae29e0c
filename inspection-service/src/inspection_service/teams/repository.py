"""SQL of teams. Every read that answers a caller is filtered by what the caller may meet."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from inspection_service.involvements.conditions import may_see_target
from inspection_service.involvements.policy import Viewer
from inspection_service.teams.domain import LIVE
from inspection_service.teams.models import RoundAuthorization, Team, TeamBriefing, TeamMember


def _visible(viewer: Viewer) -> ColumnElement[bool]:
    return may_see_target(
        viewer,
        round_id=Team.round_id,
        unit_code=Team.unit_code,
        office=Team.office_unit,
        commission=Team.commission,
    )


async def find_visible_team(session: AsyncSession, viewer: Viewer, team_id: UUID) -> Team | None:
    """The team, if the viewer may meet its matter."""
    return await session.scalar(select(Team).where(Team.id == team_id, _visible(viewer)))


async def list_visible_teams(
    session: AsyncSession, viewer: Viewer, *, round_id: UUID | None, state: str | None, before: UUID | None, limit: int
) -> Sequence[Team]:
    """Teams, newest first."""
    query = select(Team).where(_visible(viewer)).order_by(Team.id.desc()).limit(limit)
    if round_id is not None:
        query = query.where(Team.round_id == round_id)
    if state is not None:
        query = query.where(Team.state == state)
    if before is not None:
        query = query.where(Team.id < before)
    return (await session.scalars(query)).all()


async def list_teams_by_id(session: AsyncSession, team_ids: Iterable[UUID]) -> Sequence[Team]:
    """Some teams, in the order of their units."""
    query = select(Team).where(Team.id.in_(list(team_ids))).order_by(Team.unit_code)
    return (await session.scalars(query)).all()


async def find_team(session: AsyncSession, team_id: UUID) -> Team | None:
    """The team, for the service's own work."""
    return await session.get(Team, team_id)


async def lock_team(session: AsyncSession, team_id: UUID) -> Team | None:
    """The team, locked until the transaction ends and read anew."""
    return await session.scalar(
        select(Team).where(Team.id == team_id).with_for_update().execution_options(populate_existing=True)
    )


async def list_live_teams(
    session: AsyncSession, unit_codes: Collection[str] | None, cadre_id: UUID | None
) -> Sequence[Team]:
    """Live teams at some units or with members from there, or with one cadre."""
    query = select(Team).where(Team.state.in_(LIVE)).order_by(Team.id)
    if unit_codes is not None:
        from_there = exists().where(TeamMember.team_id == Team.id, TeamMember.home_unit.in_(unit_codes))
        query = query.where(or_(Team.unit_code.in_(unit_codes), from_there))
    if cadre_id is not None:
        query = query.where(exists().where(TeamMember.team_id == Team.id, TeamMember.cadre_id == cadre_id))
    return (await session.scalars(query)).all()


async def has_live_teams(session: AsyncSession) -> bool:
    """Whether there is any live team."""
    return bool(await session.scalar(select(exists().where(Team.state.in_(LIVE)))))


async def list_announced_teams(session: AsyncSession, unit_code: str) -> Sequence[Team]:
    """Teams that the unit has been told of, newest first."""
    query = select(Team).where(Team.unit_code == unit_code, Team.state.in_(("authorised", "entered")))
    return (await session.scalars(query.order_by(Team.id.desc()))).all()


async def list_members(session: AsyncSession, team_ids: Iterable[UUID]) -> Sequence[TeamMember]:
    """Members of some teams, seat by seat."""
    query = (
        select(TeamMember)
        .where(TeamMember.team_id.in_(list(team_ids)))
        .order_by(TeamMember.team_id, TeamMember.position)
        .execution_options(populate_existing=True)
    )
    return (await session.scalars(query)).all()


async def lock_unanswered(session: AsyncSession, now: datetime) -> Sequence[TeamMember]:
    """Members of live teams whose home unit has not answered in time, locked; those another has locked are left."""
    query = (
        select(TeamMember)
        .join(Team, Team.id == TeamMember.team_id)
        .where(TeamMember.answer_due_at < now, TeamMember.seat_state == "requested", Team.state.in_(LIVE))
        .order_by(TeamMember.team_id, TeamMember.position)
        .with_for_update(of=TeamMember, skip_locked=True)
    )
    return (await session.scalars(query)).all()


async def list_authorizations(session: AsyncSession, team_ids: Iterable[UUID]) -> Sequence[RoundAuthorization]:
    """Authorisations of some teams."""
    query = select(RoundAuthorization).where(RoundAuthorization.team_id.in_(list(team_ids)))
    return (await session.scalars(query)).all()


async def count_open_briefings(session: AsyncSession, team_ids: Iterable[UUID]) -> dict[UUID, int]:
    """How many briefings about each team wait for an acknowledgement."""
    query = (
        select(TeamBriefing.team_id, func.count())
        .where(TeamBriefing.team_id.in_(list(team_ids)), TeamBriefing.open_count > 0)
        .group_by(TeamBriefing.team_id)
    )
    return {row[0]: row[1] for row in (await session.execute(query)).all()}


async def list_open_briefings(session: AsyncSession, team_id: UUID) -> Sequence[UUID]:
    """Briefings about a team that wait for an acknowledgement."""
    query = (
        select(TeamBriefing.briefing_id)
        .where(TeamBriefing.team_id == team_id, TeamBriefing.open_count > 0)
        .order_by(TeamBriefing.briefing_id)
    )
    return (await session.scalars(query)).all()


async def store_briefing(
    session: AsyncSession, briefing_id: UUID, team_id: UUID, *, open_count: int, version: int
) -> None:
    """Remember how far a briefing is, unless something newer is known."""
    statement = insert(TeamBriefing).values(
        briefing_id=briefing_id, team_id=team_id, open_count=open_count, version=version
    )
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["briefing_id"],
            set_={"open_count": statement.excluded.open_count, "version": statement.excluded.version},
            where=TeamBriefing.version < statement.excluded.version,
        )
    )
