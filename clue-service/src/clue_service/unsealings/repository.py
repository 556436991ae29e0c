"""SQL of unsealings. Every read is filtered by ``visible_to``."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from clue_service.access.policy import Viewer
from clue_service.clues.listing import visible_to as clue_visible_to
from clue_service.clues.models import Clue
from clue_service.unsealings.models import Unsealing


def visible_to(viewer: Viewer) -> ColumnElement[bool]:
    """Whether the viewer asked and is not recused since, or leads the commission and sees the clue."""
    if viewer.service is not None:
        return false()
    own = and_(Unsealing.requested_by == viewer.sub, ~func.is_recused_from(Unsealing.clue_id, viewer.sub))
    if viewer.leads is None:
        return own
    seen = exists().where(Clue.id == Unsealing.clue_id, clue_visible_to(viewer))
    return or_(own, and_(Unsealing.commission == viewer.leads, seen))


async def find_visible(
    session: AsyncSession, viewer: Viewer, unsealing_id: UUID, *, lock: bool = False
) -> Unsealing | None:
    """The unsealing, if the viewer may see it."""
    query = select(Unsealing).where(Unsealing.id == unsealing_id, visible_to(viewer))
    query = query.execution_options(populate_existing=True)
    return await session.scalar(query.with_for_update(key_share=True) if lock else query)


async def list_visible(
    session: AsyncSession, viewer: Viewer, *, before: UUID | None, limit: int
) -> Sequence[Unsealing]:
    """Unsealings the viewer may see, newest first."""
    query = select(Unsealing).where(visible_to(viewer))
    if before is not None:
        query = query.where(Unsealing.id < before)
    return (await session.scalars(query.order_by(Unsealing.id.desc()).limit(limit))).all()
