"""SQL of rectification items."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from inspection_service.involvements.conditions import is_recused_from, may_see_target
from inspection_service.involvements.policy import Viewer
from inspection_service.rectifications.domain import RUNNING
from inspection_service.rectifications.models import Rectification


def of_the_matter(viewer: Viewer) -> ColumnElement[bool]:
    """Items of rounds the viewer runs, oversees or serves in."""
    return may_see_target(
        viewer,
        round_id=Rectification.round_id,
        unit_code=Rectification.unit_code,
        office=Rectification.office_unit,
        commission=Rectification.commission,
    )


def _visible(viewer: Viewer, watched: Collection[str]) -> ColumnElement[bool]:
    units = sorted({*watched, *({viewer.works_at} if viewer.works_at else ())})
    if not units:
        return of_the_matter(viewer)
    is_recused = is_recused_from(viewer, Rectification.round_id, Rectification.unit_code)
    return or_(of_the_matter(viewer), and_(Rectification.unit_code.in_(units), ~is_recused))


async def find_visible_item(
    session: AsyncSession, viewer: Viewer, watched: Collection[str], item_id: UUID
) -> tuple[Rectification, bool] | None:
    """The item, and whether it is seen from the inspection's side."""
    query = select(Rectification, of_the_matter(viewer)).where(Rectification.id == item_id, _visible(viewer, watched))
    row = (await session.execute(query)).one_or_none()
    return None if row is None else (row[0], bool(row[1]))


async def list_visible_items(
    session: AsyncSession,
    viewer: Viewer,
    watched: Collection[str],
    *,
    round_id: UUID | None,
    unit_code: str | None,
    state: str | None,
    overdue_at: datetime | None,
    before: UUID | None,
    limit: int,
) -> Sequence[tuple[Rectification, bool]]:
    """Items, newest first, each with whether it is seen from the inspection's side."""
    query = select(Rectification, of_the_matter(viewer)).where(_visible(viewer, watched))
    if round_id is not None:
        query = query.where(Rectification.round_id == round_id)
    if unit_code is not None:
        query = query.where(Rectification.unit_code == unit_code)
    if state is not None:
        query = query.where(Rectification.state == state)
    if overdue_at is not None:
        query = query.where(Rectification.due_at < overdue_at, Rectification.state.in_(RUNNING))
    if before is not None:
        query = query.where(Rectification.id < before)
    rows = await session.execute(query.order_by(Rectification.id.desc()).limit(limit))
    return [(row[0], bool(row[1])) for row in rows.all()]


async def lock_item(session: AsyncSession, item_id: UUID) -> Rectification | None:
    """The item, locked until the transaction ends and read anew."""
    query = select(Rectification).where(Rectification.id == item_id).with_for_update()
    return await session.scalar(query.execution_options(populate_existing=True))


async def list_items_of(
    session: AsyncSession,
    *,
    round_ids: Collection[UUID] | None = None,
    unit_codes: Collection[str] | None = None,
    states: Collection[str] | None = None,
) -> Sequence[Rectification]:
    """Items for the service's own work, oldest first."""
    query = select(Rectification).order_by(Rectification.id)
    if round_ids is not None:
        query = query.where(Rectification.round_id.in_(round_ids))
    if unit_codes is not None:
        query = query.where(Rectification.unit_code.in_(unit_codes))
    if states is not None:
        query = query.where(Rectification.state.in_(states))
    return (await session.scalars(query)).all()
