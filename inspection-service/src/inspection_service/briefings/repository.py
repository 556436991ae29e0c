"""SQL of briefing requests."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from inspection_service.briefings.models import BriefingRequest
from inspection_service.involvements.conditions import is_recused_from, may_see_target
from inspection_service.involvements.policy import Viewer


def _visible(viewer: Viewer, *, asked: bool) -> ColumnElement[bool]:
    of_the_matter = may_see_target(
        viewer,
        round_id=BriefingRequest.round_id,
        unit_code=BriefingRequest.unit_code,
        office=BriefingRequest.office_unit,
        commission=BriefingRequest.commission,
    )
    if not asked or viewer.unit is None:
        return of_the_matter
    is_recused = is_recused_from(viewer, BriefingRequest.round_id, BriefingRequest.unit_code)
    return or_(of_the_matter, (BriefingRequest.from_unit == viewer.unit) & ~is_recused)


async def find_visible_request(
    session: AsyncSession, viewer: Viewer, request_id: UUID, *, asked: bool
) -> BriefingRequest | None:
    """The request, if the viewer may meet the team's matter or, with ``asked``, works where the question went."""
    return await session.scalar(
        select(BriefingRequest).where(BriefingRequest.id == request_id, _visible(viewer, asked=asked))
    )


async def list_visible_requests(
    session: AsyncSession, viewer: Viewer, *, asked: bool, state: str | None, before: UUID | None, limit: int
) -> Sequence[BriefingRequest]:
    """Requests, newest first."""
    query = select(BriefingRequest).where(_visible(viewer, asked=asked)).order_by(BriefingRequest.id.desc())
    if state is not None:
        query = query.where(BriefingRequest.state == state)
    if before is not None:
        query = query.where(BriefingRequest.id < before)
    return (await session.scalars(query.limit(limit))).all()


async def list_requests_of_team(session: AsyncSession, team_id: UUID) -> Sequence[BriefingRequest]:
    """All requests of a team, by the office asked."""
    query = select(BriefingRequest).where(BriefingRequest.team_id == team_id).order_by(BriefingRequest.from_unit)
    return (await session.scalars(query)).all()


async def lock_request(session: AsyncSession, request_id: UUID) -> BriefingRequest | None:
    """The request, locked until the transaction ends and read anew."""
    query = select(BriefingRequest).where(BriefingRequest.id == request_id).with_for_update()
    return await session.scalar(query.execution_options(populate_existing=True))
