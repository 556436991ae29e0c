"""SQL of unsealings. Every read is filtered by ``visible_to``."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from clue_service.access.paging import PartOf, any_of, each, newest
from clue_service.access.policy import Viewer
from clue_service.clues.listing import visible_to as clue_visible_to
from clue_service.clues.models import Clue
from clue_service.unsealings.models import Unsealing


def visible_to(viewer: Viewer) -> ColumnElement[bool]:
    """Whether the viewer asked and is not recused since, or leads the commission and sees the clue."""
    return any_of(parts_of(viewer))


def parts_of(viewer: Viewer) -> list[PartOf]:
    """The unsealings that the viewer may see."""
    if viewer.service is not None:
        return []
    own = PartOf(Unsealing.requested_by == viewer.sub, ~func.is_recused_from(Unsealing.clue_id, viewer.sub))
    seen = exists().where(Clue.id == Unsealing.clue_id, clue_visible_to(viewer))
    return [own, *(PartOf(one, seen) for one in each(Unsealing.commission, {viewer.leads} if viewer.leads else ()))]


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
    return await newest(session, Unsealing, parts_of(viewer), before=before, limit=limit)
