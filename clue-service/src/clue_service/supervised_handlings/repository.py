"""SQL of supervised handling. Every read that answers a caller is filtered by ``visible_to``."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from clue_service.access.policy import Viewer
from clue_service.proceedings.policy import represented_units
from clue_service.supervised_handlings.domain import BEFORE_ISSUED
from clue_service.supervised_handlings.models import SupervisedHandling


def visible_to(viewer: Viewer) -> ColumnElement[bool]:
    """``policy.parts_in`` in SQL: whether the viewer has any part, and is not recused."""
    own = sorted(represented_units(viewer))
    if not own:
        return false()
    issued = SupervisedHandling.state.not_in(sorted(BEFORE_ISSUED))
    leads = SupervisedHandling.commission == viewer.leads if viewer.leads else false()
    return and_(
        SupervisedHandling.secrecy_level.in_(sorted(viewer.cleared_for)),
        ~func.is_recused_from_item("clue", SupervisedHandling.clue_id, viewer.sub),
        or_(
            SupervisedHandling.ordering_unit.in_(own),
            leads,
            and_(issued, SupervisedHandling.target_unit.in_(own)),
            SupervisedHandling.escalated_to.in_(own),
        ),
    )


async def find_visible(
    session: AsyncSession, viewer: Viewer, order_id: UUID, *, lock: bool = False
) -> SupervisedHandling | None:
    """The order, if the viewer has a part in it."""
    query = select(SupervisedHandling).where(SupervisedHandling.id == order_id, visible_to(viewer))
    query = query.execution_options(populate_existing=True)
    return await session.scalar(query.with_for_update(key_share=True) if lock else query)


async def list_visible(
    session: AsyncSession, viewer: Viewer, *, state: str | None, before: UUID | None, limit: int
) -> Sequence[SupervisedHandling]:
    """Orders the viewer has a part in, newest first."""
    query = select(SupervisedHandling).where(visible_to(viewer))
    if state is not None:
        query = query.where(SupervisedHandling.state == state)
    if before is not None:
        query = query.where(SupervisedHandling.id < before)
    return (await session.scalars(query.order_by(SupervisedHandling.id.desc()).limit(limit))).all()
