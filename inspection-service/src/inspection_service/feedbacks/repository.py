"""SQL of feedback."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from inspection_service.feedbacks.models import Feedback
from inspection_service.involvements.conditions import is_recused_from, may_see_target
from inspection_service.involvements.policy import Viewer


def _visible(viewer: Viewer, audiences: Sequence[str]) -> ColumnElement[bool]:
    of_the_matter = may_see_target(
        viewer,
        round_id=Feedback.round_id,
        unit_code=Feedback.unit_code,
        office=Feedback.office_unit,
        commission=Feedback.commission,
    )
    if viewer.works_at is None or not audiences:
        return of_the_matter
    is_recused = is_recused_from(viewer, Feedback.round_id, Feedback.unit_code)
    told = and_(Feedback.unit_code == viewer.works_at, Feedback.audience.in_(audiences), ~is_recused)
    return or_(of_the_matter, told)


async def find_visible_feedback(
    session: AsyncSession, viewer: Viewer, audiences: Sequence[str], feedback_id: UUID
) -> Feedback | None:
    """The feedback, for who gave it and for whom it is meant."""
    return await session.scalar(select(Feedback).where(Feedback.id == feedback_id, _visible(viewer, audiences)))


async def list_visible_feedbacks(
    session: AsyncSession,
    viewer: Viewer,
    audiences: Sequence[str],
    *,
    round_id: UUID | None,
    before: UUID | None,
    limit: int,
) -> Sequence[Feedback]:
    """Feedback, newest first."""
    query = select(Feedback).where(_visible(viewer, audiences)).order_by(Feedback.id.desc()).limit(limit)
    if round_id is not None:
        query = query.where(Feedback.round_id == round_id)
    if before is not None:
        query = query.where(Feedback.id < before)
    return (await session.scalars(query)).all()


async def lock_feedback(session: AsyncSession, feedback_id: UUID) -> Feedback | None:
    """The feedback, locked until the transaction ends and read anew."""
    query = select(Feedback).where(Feedback.id == feedback_id).with_for_update()
    return await session.scalar(query.execution_options(populate_existing=True))
