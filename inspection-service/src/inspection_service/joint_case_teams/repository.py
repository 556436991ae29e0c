"""SQL of joint case teams. Every read that answers a caller is filtered by what the caller may meet."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from inspection_service.clients.pool import HOLDING
from inspection_service.involvements.policy import LEADER_ROLES, Viewer
from inspection_service.joint_case_teams.domain import JointState
from inspection_service.joint_case_teams.models import JointCaseMember, JointCaseTeam


def _visible(viewer: Viewer) -> ColumnElement[bool]:
    """The lead office, leaders of its commission, partners' leaders, and members; nobody who is recused."""
    ways: list[ColumnElement[bool]] = [JointCaseTeam.commission.in_(viewer.commissions)]
    if viewer.sees_everything:
        ways.append(true())
    if viewer.works_at is not None:
        ways.append(JointCaseTeam.lead_office == viewer.works_at)
    if viewer.own_offices:
        ways.append(JointCaseTeam.lead_office.in_(viewer.own_offices))
    if viewer.works_at is not None and not viewer.roles.isdisjoint(LEADER_ROLES):
        ways.append(JointCaseTeam.partner_units.overlap([viewer.works_at]))
    if viewer.cadre_id is None:
        return or_(*ways)
    own = JointCaseMember.team_id == JointCaseTeam.id, JointCaseMember.cadre_id == viewer.cadre_id
    # Who was lent for the team and has gone home meets it no more; before the pool has answered there is no state.
    is_here = or_(JointCaseMember.seat_state.is_(None), JointCaseMember.seat_state.in_(HOLDING))
    ways.append(exists().where(*own, is_here))
    return and_(or_(*ways), ~exists().where(*own, JointCaseMember.is_recused))


async def find_visible_joint_team(session: AsyncSession, viewer: Viewer, team_id: UUID) -> JointCaseTeam | None:
    """The team, if the viewer may meet it."""
    return await session.scalar(select(JointCaseTeam).where(JointCaseTeam.id == team_id, _visible(viewer)))


async def list_visible_joint_teams(
    session: AsyncSession, viewer: Viewer, *, state: str | None, before: UUID | None, limit: int
) -> Sequence[JointCaseTeam]:
    """Teams, newest first."""
    query = select(JointCaseTeam).where(_visible(viewer)).order_by(JointCaseTeam.id.desc()).limit(limit)
    if state is not None:
        query = query.where(JointCaseTeam.state == state)
    if before is not None:
        query = query.where(JointCaseTeam.id < before)
    return (await session.scalars(query)).all()


async def lock_joint_team(session: AsyncSession, team_id: UUID) -> JointCaseTeam | None:
    """The team, locked until the transaction ends and read anew."""
    query = select(JointCaseTeam).where(JointCaseTeam.id == team_id).with_for_update()
    return await session.scalar(query.execution_options(populate_existing=True))


async def list_joint_members(session: AsyncSession, team_ids: Iterable[UUID]) -> Sequence[JointCaseMember]:
    """Members of some teams, seat by seat."""
    query = select(JointCaseMember).where(JointCaseMember.team_id.in_(list(team_ids)))
    return (await session.scalars(query.order_by(JointCaseMember.team_id, JointCaseMember.position))).all()


async def list_teams_of_cadre(session: AsyncSession, cadre_id: UUID) -> Sequence[UUID]:
    """Teams under way with a cadre on them."""
    query = (
        select(JointCaseTeam.id)
        .join(JointCaseMember, JointCaseMember.team_id == JointCaseTeam.id)
        .where(JointCaseMember.cadre_id == cadre_id, JointCaseTeam.state.in_(("proposed", "approved", "active")))
    )
    return (await session.scalars(query)).all()


async def lock_unanswered(session: AsyncSession, now: datetime) -> Sequence[JointCaseMember]:
    """Members of approved teams whose home unit has not answered in time, locked; locked ones are left out."""
    query = (
        select(JointCaseMember)
        .join(JointCaseTeam, JointCaseTeam.id == JointCaseMember.team_id)
        .where(
            JointCaseMember.answer_due_at < now,
            JointCaseMember.seat_state == "requested",
            JointCaseTeam.state == JointState.APPROVED,
        )
        .order_by(JointCaseMember.team_id, JointCaseMember.position)
        .with_for_update(of=JointCaseMember, skip_locked=True)
    )
    return (await session.scalars(query)).all()
